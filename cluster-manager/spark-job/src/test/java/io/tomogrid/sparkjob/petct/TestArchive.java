package io.tomogrid.sparkjob.petct;

import io.tomogrid.archive.Payload;
import io.tomogrid.archive.RecordKind;
import io.tomogrid.archive.SegmentLog;
import io.tomogrid.archive.SegmentLogConfig;
import io.tomogrid.archive.SegmentRef;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Part10File;
import io.tomogrid.dicom.Tag;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Puts images into a real archive and says where they lie, as the gateway would. */
public final class TestArchive implements AutoCloseable {
    private final Path folder;
    private final SegmentLog log;
    private final Map<String, List<InstanceRef>> series = new LinkedHashMap<>();
    private final Map<String, String> modalities = new LinkedHashMap<>();
    private String study;

    public TestArchive(Path folder) throws IOException {
        this.folder = folder;
        this.log = SegmentLog.open(folder.toUri(), SegmentLogConfig.defaults().withMinFreeBytes(0));
    }

    public String root() {
        return folder.toUri().toString();
    }

    /** @param claimed the transfer syntax that the reference names; the bytes are of {@code syntax} */
    public void add(Dataset image, String syntax, String claimed) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DatasetWriter.write(bytes, syntax, image);
        Payload payload = Payload.of(bytes.toByteArray());
        String uid = image.string(Tag.SOPInstanceUID).orElseThrow();
        SegmentRef ref = log.append(RecordKind.INSTANCE, Map.of("sop-instance-uid", uid), payload);
        String seriesUid = image.string(Tag.SeriesInstanceUID).orElseThrow();
        series.computeIfAbsent(seriesUid, s -> new ArrayList<>())
                .add(new InstanceRef(
                        image.string(Tag.SOPClassUID).orElseThrow(),
                        uid,
                        claimed,
                        ref.segment(),
                        ref.offset(),
                        ref.length(),
                        payload.sha256()));
        modalities.put(seriesUid, image.string(Tag.Modality).orElse(""));
        study = image.string(Tag.StudyInstanceUID).orElseThrow();
    }

    void addFolder(Path files) throws IOException {
        List<Path> sorted;
        try (Stream<Path> list = Files.list(files)) {
            sorted = list.sorted().toList();
        }
        for (Path file : sorted) {
            Part10File image = Part10.read(file);
            add(image.dataset(), image.transferSyntax(), image.transferSyntax());
        }
    }

    public StudyComplete complete() {
        return new StudyComplete(
                1,
                study,
                1,
                StudyComplete.Completeness.QUIET_PERIOD,
                series.entrySet().stream()
                        .map(e -> new SeriesRef(e.getKey(), modalities.get(e.getKey()), e.getValue()))
                        .toList());
    }

    @Override
    public void close() throws IOException {
        log.close();
    }
}

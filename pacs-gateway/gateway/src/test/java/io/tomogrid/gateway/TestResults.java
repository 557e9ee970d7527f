package io.tomogrid.gateway;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Staged results of a job. */
final class TestResults {
    private TestResults() {}

    /** Stages secondary captures with these SOP Instance UIDs. */
    static ResultManifest stage(Path folder, String job, String study, String... instances) throws IOException {
        Files.createDirectories(folder);
        List<ResultObject> objects = new ArrayList<>();
        for (String instance : instances) {
            Path file = folder.resolve(instance + ".dcm");
            Dataset dataset = TestImages.ct(study, "1.9.1", instance)
                    .put(Tag.SOPClassUID, Uid.SecondaryCaptureImageStorage)
                    .put(Tag.Modality, "OT");
            try (OutputStream out = Files.newOutputStream(file)) {
                Part10.write(out, Uid.ExplicitVRLittleEndian, dataset);
            }
            byte[] bytes = Files.readAllBytes(file);
            objects.add(new ResultObject(
                    "MIP",
                    Uid.SecondaryCaptureImageStorage,
                    instance,
                    "1.9.1",
                    file.getFileName().toString(),
                    bytes.length,
                    sha256(bytes)));
        }
        return new ResultManifest(job, study, 1, 1, folder.toUri().toString(), objects);
    }

    static byte[] json(ResultManifest manifest) {
        return Documents.json(Documents.toMap(manifest)).getBytes(StandardCharsets.UTF_8);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

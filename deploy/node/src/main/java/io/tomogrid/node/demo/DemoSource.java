package io.tomogrid.node.demo;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.synthetic.Sphere;
import io.tomogrid.dicom.synthetic.SyntheticRaw;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.imaging.pet.ExampleScan;
import io.tomogrid.imaging.pet.ImageQualityPhantom;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetRawFormat;
import io.tomogrid.node.reconstruct.PetsirdStudy;
import io.tomogrid.node.send.Outgoing;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the demo sends.
 *
 * @param studyUid the study whose job is followed
 * @param instances how many instances of it come
 * @param spheres what must be found, empty for a real study and for raw data
 * @param phantom what was measured, empty unless raw data is sent
 * @param kinds of results that must come back
 * @param note for people: what it is
 */
record DemoSource(
        String studyUid,
        int instances,
        Iterator<Outgoing> outgoing,
        Set<AssociationRequest.Syntax> syntaxes,
        List<Sphere> spheres,
        Optional<ImageQualityPhantom> phantom,
        List<String> kinds,
        String note) {
    private static final List<String> PET_KINDS = List.of("PET");

    static DemoSource synthetic(long seed) {
        SyntheticStudy study = SyntheticStudy.of(seed);
        Iterator<Dataset> datasets = study.iterator();
        Iterator<Outgoing> outgoing = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return datasets.hasNext();
            }

            @Override
            public Outgoing next() {
                try {
                    return StudyFiles.of(datasets.next());
                } catch (IOException e) {
                    throw new UncheckedIOException("memory takes every byte", e);
                }
            }
        };
        return new DemoSource(
                study.studyInstanceUid(),
                study.size(),
                outgoing,
                Set.of(
                        new AssociationRequest.Syntax(
                                Uid.PositronEmissionTomographyImageStorage, Uid.ExplicitVRLittleEndian),
                        new AssociationRequest.Syntax(Uid.CTImageStorage, Uid.ExplicitVRLittleEndian)),
                study.spheres(),
                Optional.empty(),
                DemoRun.KINDS,
                "a synthetic whole-body PET-CT made from formulas");
    }

    /** Measures a phantom and sends the counts. */
    static DemoSource raw(long seed) throws IOException {
        PetAcquisition measured = ExampleScan.measured(SyntheticRaw.HALF_LIFE_S, SyntheticRaw.POSITRON_FRACTION, seed);
        Dataset raw = SyntheticRaw.of(
                seed, measured.durationS(), PetRawFormat.NAME, PetRawFormat.VERSION, PetRawFormat.write(measured));
        return new DemoSource(
                raw.string(Tag.StudyInstanceUID).orElseThrow(),
                1,
                List.of(StudyFiles.of(raw)).iterator(),
                Set.of(new AssociationRequest.Syntax(Uid.RawDataStorage, Uid.ExplicitVRLittleEndian)),
                List.of(),
                Optional.of(ExampleScan.PHANTOM),
                PET_KINDS,
                "raw data of an image quality phantom, counts generated from formulas");
    }

    /** Measures a phantom coincidence by coincidence and sends them with the CT. */
    static DemoSource petsird(long seed) throws IOException {
        List<Outgoing> outgoing = new ArrayList<>();
        for (Dataset instance : PetsirdStudy.generate(seed)) {
            outgoing.add(StudyFiles.of(instance));
        }
        return new DemoSource(
                outgoing.get(0).studyUid(),
                outgoing.size(),
                outgoing.iterator(),
                StudySender.syntaxes(outgoing),
                List.of(),
                Optional.of(ExampleScan.PHANTOM),
                PET_KINDS,
                "PETSIRD list-mode of an image quality phantom, coincidences generated from formulas, and its CT");
    }

    /** @throws IOException if the folder holds no raw data of a PET */
    static DemoSource rawFolder(Path folder) throws IOException {
        StudyFiles files = StudyFiles.under(folder);
        if (!PetsirdStudy.in(files)) {
            throw new IOException("no raw data (Raw Data Storage, modality PT) under " + folder);
        }
        return new DemoSource(
                files.instances().stream()
                        .filter(i -> i.sopClassUid().equals(Uid.RawDataStorage))
                        .findFirst()
                        .orElseThrow()
                        .studyUid(),
                files.instances().size(),
                files.instances().iterator(),
                StudySender.syntaxes(files.instances()),
                List.of(),
                Optional.empty(),
                PET_KINDS,
                files.instances().size() + " DICOM files" + left(files.leftAlone()));
    }

    /** @throws IOException if the folder holds no PET */
    static DemoSource folder(Path folder) throws IOException {
        StudyFiles files = StudyFiles.under(folder);
        Map<String, Long> petByStudy = files.instances().stream()
                .filter(i -> i.modality().equals("PT"))
                .collect(Collectors.groupingBy(Outgoing::studyUid, Collectors.counting()));
        String study = petByStudy.entrySet().stream()
                .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElseThrow(() -> new IOException("no PET image (Modality PT) under " + folder));
        int instances = Math.toIntExact(files.instances().stream()
                .filter(i -> i.studyUid().equals(study))
                .map(Outgoing::sopInstanceUid)
                .distinct()
                .count());
        return new DemoSource(
                study,
                instances,
                files.instances().iterator(),
                StudySender.syntaxes(files.instances()),
                List.of(),
                Optional.empty(),
                DemoRun.KINDS,
                files.instances().size() + " DICOM files" + left(files.leftAlone()));
    }

    private static String left(int others) {
        return others == 0 ? "" : ", " + others + " other files left alone";
    }
}

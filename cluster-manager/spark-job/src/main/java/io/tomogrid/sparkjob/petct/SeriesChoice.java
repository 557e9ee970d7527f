package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which series of a study are taken (PRC-01): the attenuation-corrected PET with most slices and the CT of its frame of
 * reference with most slices, of equal ones that with the smaller UID.
 *
 * @param notes the series that were left alone, and why
 */
record SeriesChoice(SeriesRef pet, SeriesRef ct, List<String> notes) {
    /** Most slices first. */
    private static final Comparator<Candidate> BEST = Comparator.comparing((Candidate c) -> -c.slices())
            .thenComparing(c -> c.series().seriesUid());

    /** @param header of the series' first instance; empty for a SOP class that is not used */
    private record Candidate(SeriesRef series, Dataset header) {
        String frame() {
            return header.string(Tag.FrameOfReferenceUID).orElse("");
        }

        String sopClass() {
            return series.instances().get(0).sopClassUid();
        }

        boolean isPet() {
            return sopClass().equals(Uid.PositronEmissionTomographyImageStorage) || MultiFrame.isPet(sopClass());
        }

        boolean isCt() {
            return sopClass().equals(Uid.CTImageStorage) || MultiFrame.is(sopClass()) && !isPet();
        }

        /** All instances have as many frames as the first, as far as is known before they are read. */
        long slices() {
            return (long) series.instances().size()
                    * Math.max(1, header.intValue(Tag.NumberOfFrames).orElse(1));
        }

        boolean attenuationCorrected() {
            return (MultiFrame.is(sopClass()) ? MultiFrame.common(header) : header)
                    .strings(Tag.CorrectedImage)
                    .contains("ATTN");
        }

        boolean localizer() {
            return header.strings(Tag.ImageType).contains("LOCALIZER");
        }
    }

    static SeriesChoice of(StudyComplete study, ArchivedSeries archive) throws ProtocolFailure {
        List<Candidate> all = new ArrayList<>();
        for (SeriesRef series : study.series()) {
            if (!series.instances().isEmpty()) {
                var candidate = new Candidate(series, new Dataset());
                all.add(
                        candidate.isPet() || candidate.isCt()
                                ? new Candidate(
                                        series,
                                        archive.header(series.instances().get(0)))
                                : candidate);
            }
        }
        Candidate pet = pet(all);
        Candidate ct = ct(all, pet);
        List<String> notes = new ArrayList<>();
        all.stream()
                .filter(c -> c != pet && c != ct)
                .sorted(Comparator.comparing(c -> c.series().seriesUid()))
                .forEach(c -> notes.add(c.series().modality() + " series "
                        + c.series().seriesUid() + " with "
                        + c.series().instances().size()
                        + " instances was left alone: " + why(c, pet)));
        return new SeriesChoice(pet.series(), ct.series(), notes);
    }

    private static Candidate pet(List<Candidate> all) throws ProtocolFailure {
        List<Candidate> pets =
                all.stream().filter(Candidate::isPet).sorted(BEST).toList();
        if (pets.isEmpty()) {
            throw ProtocolFailure.input("the study has no PET series; send it, or correct the routing rule");
        }
        return pets.stream()
                .filter(Candidate::attenuationCorrected)
                .findFirst()
                .orElseThrow(() -> ProtocolFailure.input("no attenuation-corrected PET series: Corrected Image"
                        + " (0028,0051) names no ATTN in series " + uids(pets) + "; send the corrected series"));
    }

    private static Candidate ct(List<Candidate> all, Candidate pet) throws ProtocolFailure {
        List<Candidate> cts = all.stream()
                .filter(c -> c.isCt() && !c.localizer())
                .sorted(BEST)
                .toList();
        if (cts.isEmpty()) {
            throw ProtocolFailure.input("the study has no CT series; send the CT of the PET's session");
        }
        if (pet.frame().isEmpty()) {
            throw ProtocolFailure.input("Frame of Reference UID (0020,0052) is missing in PET series "
                    + pet.series().seriesUid() + ", so no CT can be laid under it; repair it at its source");
        }
        return cts.stream()
                .filter(c -> c.frame().equals(pet.frame()))
                .findFirst()
                .orElseThrow(() -> ProtocolFailure.input("PET and CT have different frames of reference: PET series "
                        + pet.series().seriesUid() + " is in " + pet.frame() + ", CT series " + uids(cts)
                        + " is not; send the CT of the PET's session, or register them first"));
    }

    private static String why(Candidate c, Candidate pet) {
        if (c.isPet()) {
            return c.attenuationCorrected()
                    ? "another PET has as many slices or more"
                    : "it is not attenuation-corrected";
        }
        if (c.isCt()) {
            if (c.localizer()) {
                return "it is a localizer";
            }
            return c.frame().equals(pet.frame())
                    ? "another CT has as many slices or more"
                    : "it is in another frame of reference than the PET";
        }
        return "this protocol does not use its SOP class " + c.sopClass();
    }

    private static String uids(List<Candidate> candidates) {
        return candidates.stream().map(c -> c.series().seriesUid()).collect(Collectors.joining(", "));
    }
}

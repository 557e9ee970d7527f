package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.synthetic.Sphere;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** All results of one job on the synthetic study, as the processing would make them. */
final class Results {
    static final String JOB = "job-1";

    final SyntheticStudy study = SyntheticStudy.of(1);
    final List<Dataset> petSlices = study.pet().toList();
    final List<Dataset> ctHeaders =
            study.ct().map(ct -> ct.remove(Tag.PixelData)).toList();
    final ResultUids uids = ResultUids.ofJob(JOB);
    final ResultContext context = context(uids);

    ResultContext context(ResultUids names) {
        return new ResultContext(
                new PetSource(petSlices, study.petGrid()),
                List.of(SeriesReference.of(ctHeaders)),
                names,
                Instant.parse("2026-01-15T11:30:00Z"),
                new Equipment("Tomogrid", "Tomogrid", "node-1", "0.1.0").did("read; suv(BQML, ADMIN); lesions"),
                Algorithm.model("suv-threshold", "1.0.0", "sha256:" + "0123456789abcdef".repeat(4)),
                List.of());
    }

    ResultSeries series(int number, String description) {
        return new ResultSeries(context.uids().uid("series/" + number), number, description);
    }

    /** Number of the sphere that each voxel centre of the PET grid lies in. */
    int[] labels() {
        ImageGrid grid = study.petGrid();
        int[] labels = new int[grid.pixelsPerSlice() * grid.slices()];
        List<Sphere> spheres = study.spheres();
        for (int at = 0; at < labels.length; at++) {
            int k = at / grid.pixelsPerSlice();
            int j = at % grid.pixelsPerSlice() / grid.columns();
            int i = at % grid.columns();
            Lps point = grid.position(k)
                    .plus(grid.columnStep().times(i))
                    .plus(grid.rowStep().times(j));
            for (int s = 0; s < spheres.size(); s++) {
                if (spheres.get(s).contains(point)) {
                    labels[at] = s + 1;
                }
            }
        }
        return labels;
    }

    List<Segment> segments() {
        List<Segment> segments = new ArrayList<>();
        for (int n = 1; n <= study.spheres().size(); n++) {
            segments.add(Segment.lesion(n, uids));
        }
        return segments;
    }

    Dataset seg() {
        return SegmentationEncoder.encode(context, series(901, "Lesions"), labels(), segments());
    }

    Dataset rwvm() {
        return RealWorldValueEncoder.encode(context, series(902, "SUV"), perSlice(), otherSuvs());
    }

    private double[] perSlice() {
        double[] factors = new double[petSlices.size()];
        Arrays.fill(factors, study.suvPerBqml());
        return factors;
    }

    static List<SuvQuantity> otherSuvs() {
        List<SuvQuantity> others = new ArrayList<>();
        for (String name : List.of("SUVlbm", "SUVlbm(James128)", "SUVlbm(Janma)", "SUVibw")) {
            others.add(SuvQuantity.of(name, "g/ml{" + name + "}", 0.75).orElseThrow());
        }
        others.add(SuvQuantity.of("SUVbsa", "cm2/ml{SUVbsa}", 0.25).orElseThrow());
        return others;
    }

    Dataset sr() {
        return MeasurementReportEncoder.encode(
                context,
                series(903, "Lesion measurements"),
                lesions(),
                Optional.of(seg()),
                rwvm(),
                List.of("SUV by BQML, ADMIN", "All lesions together: mask: MTV 12.00 ml"));
    }

    List<LesionMeasurements> lesions() {
        return segments().stream()
                .map(segment -> {
                    Sphere sphere = study.spheres().get(segment.number() - 1);
                    OptionalDouble peak = segment.number() == 1 ? OptionalDouble.empty() : OptionalDouble.of(7.5);
                    double ml = sphere.sampledMl();
                    var others = List.of(
                            new LesionMeasurements.Extent("41 %", "MTV-41", ml, 8 * ml),
                            new LesionMeasurements.Extent("gradient", "MTV-gradient", ml, 8 * ml));
                    return new LesionMeasurements(segment, 8.0001, 8, peak, ml, 8 * ml, others);
                })
                .toList();
    }

    Dataset mipGrey() {
        MipRotation rotation = new MipRotation(65, 33, 4, 90, 100);
        List<short[]> frames = new ArrayList<>();
        for (int f = 0; f < 4; f++) {
            short[] frame = new short[65 * 33];
            Arrays.fill(frame, (short) (50_000 + f));
            frames.add(frame);
        }
        return MipRotationEncoder.grey(
                context,
                series(904, "PET MIP rotation"),
                rotation,
                new MipRotationEncoder.GreyScale(1000, 5, 10),
                frames);
    }

    /** 65×33×3 bytes, three times: an odd number of bytes. */
    Dataset mipFused() {
        List<byte[]> frames = new ArrayList<>();
        for (int f = 0; f < 3; f++) {
            byte[] frame = new byte[65 * 33 * 3];
            Arrays.fill(frame, (byte) (10 + f));
            frames.add(frame);
        }
        return MipRotationEncoder.fused(
                context, series(905, "Fused MIP rotation"), new MipRotation(65, 33, 4, 120, 100), frames);
    }

    /** Three slices of the CT's grid. */
    List<Dataset> petOnCt() {
        ImageGrid ct = study.ctGrid();
        ImageGrid three = new ImageGrid(
                ct.columns(), ct.rows(), 3, ct.position(100), ct.columnStep(), ct.rowStep(), ct.sliceStep());
        return ResampledPetEncoder.encode(context, series(906, "PET on CT grid"), three, k -> values(three, k))
                .toList();
    }

    /** Bq/ml: a ramp that differs from slice to slice, with a negative value as interpolation of noise makes it. */
    static float[] values(ImageGrid grid, int k) {
        float[] values = new float[grid.pixelsPerSlice()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (k + 1) * 0.37f * i;
        }
        values[0] = -5;
        return values;
    }

    /** Each voxel of a lesion is as probable as its place in the image says. */
    float[] probabilities() {
        float[] probabilities = new float[labels().length];
        for (int at = 0; at < probabilities.length; at++) {
            probabilities[at] = at % 101 / 100f;
        }
        return probabilities;
    }

    Dataset fractional() {
        return SegmentationEncoder.fractional(
                context, series(907, "Lesions, probability"), labels(), probabilities(), segments());
    }

    Dataset labelMap() {
        return SegmentationEncoder.labelMap(context, series(908, "Lesions, label map"), labels(), segments());
    }

    List<LesionMark> marks() {
        return LesionMark.of(study.petGrid(), labels(), segments().size());
    }

    Dataset presentationState() {
        return PresentationStateEncoder.encode(context, series(909, "Lesions marked"), marks(), lesions(), perSlice());
    }

    Dataset keyObjects() {
        return KeyObjectEncoder.encode(context, series(910, "Slices with findings"), marks(), presentationState());
    }

    Dataset pdf() {
        byte[] document = "%PDF-1.4\n%%EOF".getBytes(StandardCharsets.US_ASCII);
        return EncapsulatedPdfEncoder.encode(context, series(911, "Lesion report"), document, sr());
    }

    Map<String, Dataset> byName() {
        Map<String, Dataset> all = new TreeMap<>();
        all.put("seg", seg());
        all.put("rwvm", rwvm());
        all.put("sr", sr());
        all.put("mip-grey", mipGrey());
        all.put("mip-fused", mipFused());
        all.put("pet-on-ct", petOnCt().get(1));
        all.put("seg-fractional", fractional());
        all.put("gsps", presentationState());
        all.put("kos", keyObjects());
        all.put("pdf", pdf());
        return all;
    }
}

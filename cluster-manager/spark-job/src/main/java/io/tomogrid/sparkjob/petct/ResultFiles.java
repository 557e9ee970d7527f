package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.Quantification;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.EncapsulatedPdfEncoder;
import io.tomogrid.dicom.object.KeyObjectEncoder;
import io.tomogrid.dicom.object.LesionMark;
import io.tomogrid.dicom.object.LesionMeasurements;
import io.tomogrid.dicom.object.MeasurementReportEncoder;
import io.tomogrid.dicom.object.MipRotation;
import io.tomogrid.dicom.object.MipRotationEncoder;
import io.tomogrid.dicom.object.PresentationStateEncoder;
import io.tomogrid.dicom.object.RealWorldValueEncoder;
import io.tomogrid.dicom.object.ResampledPetEncoder;
import io.tomogrid.dicom.object.ResultContext;
import io.tomogrid.dicom.object.ResultSeries;
import io.tomogrid.dicom.object.Segment;
import io.tomogrid.dicom.object.SegmentationEncoder;
import io.tomogrid.dicom.object.SuvQuantity;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.lesion.Lesion;
import io.tomogrid.engine.lesion.Lesions;
import io.tomogrid.engine.mip.ColourRotation;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.RotationGeometry;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.imaging.VolumeGeometry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntFunction;

/** Encodes what was found and writes it to the staging folder, what is referred to before what refers to it. */
final class ResultFiles {
    private static final double FRAME_TIME_MS = 100;
    private static final int BATCH = 16;

    private final ResultContext context;
    private final StagingFolder folder;
    private final Parallel parallel;
    private final List<ResultObject> objects = new ArrayList<>();
    private final List<LesionMeasurements> measured = new ArrayList<>();

    ResultFiles(ResultContext context, StagingFolder folder, Parallel parallel) {
        this.context = context;
        this.folder = folder;
        this.parallel = parallel;
    }

    /** Everything that was written, durable. */
    List<ResultObject> finish() throws IOException {
        folder.sync();
        return List.copyOf(objects);
    }

    /**
     * @param suvPerSlice SUVbw of one unit of the rescaled values, for each slice of the PET
     * @param quantification what was measured beside the mask, and which lesions are those of an earlier study
     * @param statements what the report says in words
     * @return the structured report
     */
    Dataset measurements(Lesions lesions, double[] suvPerSlice, Quantification quantification, List<String> statements)
            throws IOException {
        Dataset rwvm = RealWorldValueEncoder.encode(
                context, series("rwvm", 9001, "SUV mapping"), suvPerSlice, others(quantification));
        write("RWVM", 1, rwvm);
        List<Segment> segments = lesions.lesions().stream()
                .map(lesion -> segment(lesion, quantification))
                .toList();
        Optional<Dataset> seg = Optional.empty();
        int[] labels = new int[lesions.labels().length];
        if (!segments.isEmpty()) {
            Arrays.setAll(labels, n -> Short.toUnsignedInt(lesions.labels()[n]));
            seg = Optional.of(
                    SegmentationEncoder.encode(context, series("seg", 9002, "Lesions on PET"), labels, segments));
            write("SEG", 1, seg.get());
        }
        for (int n = 0; n < segments.size(); n++) {
            measured.add(measured(segments.get(n), lesions.lesions().get(n), quantification));
        }
        Dataset report = MeasurementReportEncoder.encode(
                context, series("sr", 9003, "Lesion measurements"), measured, seg, rwvm, statements);
        write("SR", 1, report);
        if (!segments.isEmpty()) {
            marks(LesionMark.of(context.pet().grid(), labels, segments.size()), suvPerSlice);
        }
        return report;
    }

    private void marks(List<LesionMark> marks, double[] suvPerSlice) throws IOException {
        Dataset state = PresentationStateEncoder.encode(
                context, series("gsps", 9007, "Lesions marked on PET"), marks, measured, suvPerSlice);
        write("GSPS", 1, state);
        write("KOS", 1, KeyObjectEncoder.encode(context, series("kos", 9008, "Slices with findings"), marks, state));
    }

    /** After the measurements. */
    void document(GreyRotation pet, ColourRotation fused, Dataset report) throws IOException {
        byte[] pdf = LesionReport.pdf(context.pet().slices().get(0), pet, fused, measured, context.algorithm());
        write("PDF", 1, EncapsulatedPdfEncoder.encode(context, series("pdf", 9009, "Lesion report"), pdf, report));
    }

    private static List<SuvQuantity> others(Quantification quantification) {
        return quantification.scales().stream()
                .filter(scale -> scale.perSuvBw() > 0)
                .map(scale -> SuvQuantity.of(scale.kind(), scale.unit(), scale.perSuvBw()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Segment segment(Lesion lesion, Quantification quantification) {
        return quantification.tracking().tracks().stream()
                .filter(track -> track.lesion() == lesion.number())
                .findFirst()
                .map(track -> Segment.tracked(lesion.number(), track.trackingUid()))
                .orElseThrow();
    }

    /** @param ct headers of the slices that were fused */
    void rotations(GreyRotation pet, ColourRotation fused, List<Dataset> ct) throws IOException {
        RotationGeometry geometry = pet.geometry();
        MipRotation rotation = new MipRotation(
                geometry.columns(), geometry.rows(), geometry.pixelMm(), 360.0 / geometry.frames(), FRAME_TIME_MS);
        int perFrame = geometry.columns() * geometry.rows();
        List<short[]> grey = new ArrayList<>();
        List<byte[]> colour = new ArrayList<>();
        for (int frame = 0; frame < geometry.frames(); frame++) {
            int from = frame * perFrame;
            grey.add(Arrays.copyOfRange(pet.pixels(), from, from + perFrame));
            colour.add(Arrays.copyOfRange(fused.rgb(), 3 * from, 3 * (from + perFrame)));
        }
        var scale = new MipRotationEncoder.GreyScale(
                1 / pet.slope(), pet.window().center(), pet.window().width());
        write(
                "MIP",
                1,
                MipRotationEncoder.grey(context, series("mip-grey", 9004, "PET MIP rotation"), rotation, scale, grey));
        Dataset both =
                MipRotationEncoder.fused(context, series("mip-fused", 9005, "PET-CT MIP rotation"), rotation, colour);
        // the encoder knows of the PET only
        ct.stream()
                .filter(slice ->
                        slice.string(Tag.LossyImageCompression).orElse("").equals("01"))
                .findFirst()
                .ifPresent(lossy -> both.copyFrom(
                        lossy,
                        Tag.LossyImageCompression,
                        Tag.LossyImageCompressionRatio,
                        Tag.LossyImageCompressionMethod));
        write("MIP", 2, both);
    }

    /** @param slices of the PET on the CT's grid, in the unit of the source's rescaled values */
    void petOnCt(VolumeGeometry ct, IntFunction<float[]> slices) throws IOException {
        Iterator<Dataset> images = ResampledPetEncoder.encode(
                        context, series("pet-on-ct", 9006, "PET on the grid of the CT"), Grids.of(ct), slices)
                .iterator();
        for (int written = 0; images.hasNext(); ) {
            List<Dataset> batch = new ArrayList<>();
            while (images.hasNext() && batch.size() < BATCH) {
                batch.add(images.next());
            }
            writePet(batch, written + 1);
            written += batch.size();
        }
    }

    /** Side by side: each file waits for its own sync. */
    private void writePet(List<Dataset> batch, int firstNumber) throws IOException {
        ResultObject[] written = new ResultObject[batch.size()];
        try {
            parallel.run(written.length, n -> {
                try {
                    written[n] = file("PET", firstNumber + n, batch.get(n));
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        objects.addAll(Arrays.asList(written));
    }

    private static LesionMeasurements measured(Segment segment, Lesion lesion, Quantification quantification) {
        return new LesionMeasurements(
                segment,
                lesion.suvMax(),
                lesion.suvMean(),
                Double.isNaN(lesion.suvPeak()) ? OptionalDouble.empty() : OptionalDouble.of(lesion.suvPeak()),
                lesion.mtvMl(),
                lesion.tlg(),
                quantification.volumes().stream()
                        .filter(volume -> volume.lesion() == lesion.number()
                                && volume.reason().isEmpty())
                        .map(volume -> new LesionMeasurements.Extent(
                                volume.method(),
                                // a code of 16 characters at most
                                "MTV-" + volume.method().replaceAll("[^A-Za-z0-9.]", ""),
                                volume.mtvMl(),
                                volume.tlg()))
                        .toList());
    }

    private ResultSeries series(String role, int number, String description) {
        return new ResultSeries(context.uids().uid("series/" + role), number, description);
    }

    private void write(String kind, int number, Dataset dataset) throws IOException {
        objects.add(file(kind, number, dataset));
    }

    private ResultObject file(String kind, int number, Dataset dataset) throws IOException {
        String name = String.format(Locale.ROOT, "%s-%04d.dcm", kind.toLowerCase(Locale.ROOT), number);
        return folder.write(kind, name, dataset);
    }
}

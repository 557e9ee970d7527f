package io.tomogrid.sparkjob.petct;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.object.Algorithm;
import io.tomogrid.dicom.object.LesionMeasurements;
import io.tomogrid.engine.mip.ColourRotation;
import io.tomogrid.engine.mip.GreyRotation;
import io.tomogrid.engine.mip.RotationGeometry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What was found, on one page for people: patient, four projections, measurements, and what made them. */
final class LesionReport {
    private static final double LEFT = 40;
    private static final double INNER = PdfPage.WIDTH - 2 * LEFT;
    private static final double PICTURES_TOP = 700;
    private static final double PICTURES_HEIGHT = 290;
    private static final double GAP = 8;
    private static final double LINE = 13;
    private static final int MOST_ROWS = 18;
    private static final double[] COLUMNS = {LEFT, 130, 210, 290, 370, 450};
    private static final String ELSEWHERE = "(see the image's header)";

    private final PdfPage page = new PdfPage();
    private double y;

    private LesionReport() {}

    /**
     * A PDF; the same findings give the same bytes.
     *
     * @param header of a slice of the PET, which names patient and study
     */
    static byte[] pdf(
            Dataset header,
            GreyRotation pet,
            ColourRotation fused,
            List<LesionMeasurements> lesions,
            Algorithm algorithm) {
        LesionReport report = new LesionReport();
        report.head(header);
        report.pictures(pet, fused);
        report.table(lesions);
        report.foot(algorithm);
        return report.page.bytes();
    }

    private void head(Dataset header) {
        page.rectangle(LEFT, 795, INNER, 22, 0.75, 0.1, 0.1)
                .rectangle(LEFT + 1, 796, INNER - 2, 20, 1, 0.93, 0.93)
                .text(LEFT + 8, 802, 12, true, "AI result, not reviewed");
        page.text(LEFT, 770, 16, true, "PET-CT: regions of high uptake");
        page.text(LEFT, 748, 10, false, "Patient: " + shown(header, Tag.PatientName))
                .text(LEFT, 734, 10, false, "ID: " + shown(header, Tag.PatientID))
                .text(LEFT, 720, 10, false, "Born: " + shown(header, Tag.PatientBirthDate))
                .text(320, 748, 10, false, "Study: " + shown(header, Tag.StudyDescription))
                .text(320, 734, 10, false, "Date: " + shown(header, Tag.StudyDate))
                .text(320, 720, 10, false, "Accession: " + shown(header, Tag.AccessionNumber));
    }

    /** A name that the fonts cannot show is not shown wrong: it stands in the data set. */
    private static String shown(Dataset header, int tag) {
        String value = header.string(tag)
                .orElse("")
                .split("=", 2)[0]
                .replaceAll("\\^+", " ")
                .strip();
        String text = value.length() > 44 ? value.substring(0, 44) + "..." : value;
        return PdfPage.canShow(text) ? text : ELSEWHERE;
    }

    /** From the front and from the left, the PET dark on white and over the CT. */
    private void pictures(GreyRotation pet, ColourRotation fused) {
        RotationGeometry geometry = pet.geometry();
        int left = geometry.frames() / 4;
        double width = (INNER - 3 * GAP) / 4;
        double scale = Math.min(width / geometry.columns(), PICTURES_HEIGHT / geometry.rows());
        double w = scale * geometry.columns();
        double h = scale * geometry.rows();
        double bottom = PICTURES_TOP - h;
        double x = LEFT + (width - w) / 2;
        for (int frame : new int[] {0, left}) {
            page.image(x, bottom, w, h, geometry.columns(), geometry.rows(), dark(pet, frame));
            x += width + GAP;
        }
        for (int frame : new int[] {0, left}) {
            int bytes = 3 * geometry.columns() * geometry.rows();
            byte[] rgb = Arrays.copyOfRange(fused.rgb(), frame * bytes, (frame + 1) * bytes);
            page.image(x, bottom, w, h, geometry.columns(), geometry.rows(), rgb);
            x += width + GAP;
        }
        y = bottom - 14;
        page.text(
                LEFT,
                y,
                8,
                false,
                String.format(
                        Locale.ROOT,
                        "Maximum intensity projections from the front and from the left; SUVbw %.1f to %.1f g/ml",
                        pet.window().center() - pet.window().width() / 2,
                        pet.window().center() + pet.window().width() / 2));
        y -= 24;
    }

    private static byte[] dark(GreyRotation pet, int frame) {
        RotationGeometry geometry = pet.geometry();
        byte[] levels = pet.levels();
        byte[] out = new byte[geometry.rows() * geometry.columns()];
        for (int n = 0; n < out.length; n++) {
            int stored = Short.toUnsignedInt(pet.pixels()[frame * out.length + n]);
            out[n] = (byte) (255 - (levels[stored] & 0xff));
        }
        return out;
    }

    private void table(List<LesionMeasurements> lesions) {
        if (lesions.isEmpty()) {
            page.text(LEFT, y, 11, true, "No region was found.");
            return;
        }
        row(true, "Region", "SUVmax", "SUVmean", "SUVpeak", "MTV (ml)", "TLG (g)");
        lesions.stream()
                .limit(MOST_ROWS)
                .forEach(lesion -> row(
                        false,
                        lesion.segment().label(),
                        number(lesion.suvMax()),
                        number(lesion.suvMean()),
                        lesion.suvPeak().isPresent() ? number(lesion.suvPeak().getAsDouble()) : "-",
                        number(lesion.mtvMl()),
                        number(lesion.tlgG())));
        if (lesions.size() > MOST_ROWS) {
            page.text(LEFT, y, 9, false, (lesions.size() - MOST_ROWS) + " more: see the structured report");
            y -= LINE;
        }
        row(
                true,
                "All " + lesions.size(),
                number(lesions.stream()
                        .mapToDouble(LesionMeasurements::suvMax)
                        .max()
                        .orElseThrow()),
                "",
                "",
                number(lesions.stream().mapToDouble(LesionMeasurements::mtvMl).sum()),
                number(lesions.stream().mapToDouble(LesionMeasurements::tlgG).sum()));
    }

    private void row(boolean bold, String... cells) {
        for (int n = 0; n < cells.length; n++) {
            page.text(COLUMNS[n], y, 9, bold, cells[n]);
        }
        y -= LINE;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private void foot(Algorithm algorithm) {
        page.text(LEFT, 64, 8, false, "Found by " + algorithm.name() + ", version " + algorithm.version());
        page.text(LEFT, 53, 8, false, algorithm.digest());
        page.text(
                LEFT,
                42,
                8,
                false,
                "Physiological uptake is not excluded: each region needs a reader's review before it is taken for a"
                        + " lesion. Not for diagnosis alone.");
    }
}

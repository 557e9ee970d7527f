package io.tomogrid.sparkjob.petct;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;

/**
 * One A4 page as PDF 1.4 (ISO 32000-1) of text in Helvetica, rectangles and images. It has no dates and no random identifier, so
 * that the same page is the same bytes. Units are points, from the lower left corner.
 */
final class PdfPage {
    static final double WIDTH = 595;
    static final double HEIGHT = 842;
    private static final Charset WIN_ANSI = Charset.forName("windows-1252");

    private final StringBuilder content = new StringBuilder();
    private final List<byte[]> images = new ArrayList<>();

    /** Whether the page's fonts have all of these characters. */
    static boolean canShow(String text) {
        try {
            encode(text);
            return true;
        } catch (CharacterCodingException noSuchGlyph) {
            return false;
        }
    }

    /** @throws IllegalArgumentException if the fonts lack a character */
    PdfPage text(double x, double y, double size, boolean bold, String text) {
        try {
            content.append(String.format(Locale.ROOT, "BT /%s %.1f Tf %.2f %.2f Td (", bold ? "B" : "R", size, x, y));
            for (byte b : encode(text)) {
                int c = b & 0xff;
                if (c < ' ' || c > '~') {
                    content.append(String.format(Locale.ROOT, "\\%03o", c));
                } else {
                    content.append(c == '(' || c == ')' || c == '\\' ? "\\" : "")
                            .append((char) c);
                }
            }
            content.append(") Tj ET\n");
            return this;
        } catch (CharacterCodingException noSuchGlyph) {
            throw new IllegalArgumentException("the report's fonts cannot show all of a text", noSuchGlyph);
        }
    }

    /** A filled rectangle, behind what is drawn after it; colours 0 to 1. */
    PdfPage rectangle(double x, double y, double width, double height, double red, double green, double blue) {
        content.append(String.format(
                Locale.ROOT,
                "q %.3f %.3f %.3f rg %.2f %.2f %.2f %.2f re f Q\n",
                red,
                green,
                blue,
                x,
                y,
                width,
                height));
        return this;
    }

    /** @param samples [rows][columns] of grey, or [rows][columns][3] of red, green, blue */
    PdfPage image(double x, double y, double width, double height, int columns, int rows, byte[] samples) {
        boolean colour = samples.length == 3 * columns * rows;
        if (!colour && samples.length != columns * rows) {
            throw new IllegalArgumentException(
                    "image: expected " + columns + "x" + rows + " pixels, got " + samples.length + " bytes");
        }
        String dictionary = String.format(
                Locale.ROOT,
                "/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%s /BitsPerComponent 8 /Interpolate true",
                columns,
                rows,
                colour ? "DeviceRGB" : "DeviceGray");
        content.append(String.format(
                Locale.ROOT, "q %.2f 0 0 %.2f %.2f %.2f cm /I%d Do Q\n", width, height, x, y, images.size()));
        images.add(stream(dictionary, samples));
        return this;
    }

    /** The whole document. */
    byte[] bytes() {
        List<byte[]> objects = new ArrayList<>();
        StringBuilder names = new StringBuilder();
        for (int n = 0; n < images.size(); n++) {
            names.append(String.format(Locale.ROOT, "/I%d %d 0 R ", n, 7 + n));
        }
        objects.add(ascii("<< /Type /Catalog /Pages 2 0 R >>"));
        objects.add(ascii("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"));
        objects.add(ascii(String.format(
                Locale.ROOT,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.0f %.0f] /Contents 4 0 R"
                        + " /Resources << /Font << /R 5 0 R /B 6 0 R >> /XObject << %s>> >> >>",
                WIDTH,
                HEIGHT,
                names)));
        objects.add(stream("", ascii(content.toString())));
        objects.add(font("Helvetica"));
        objects.add(font("Helvetica-Bold"));
        objects.addAll(images);
        return file(objects);
    }

    private static byte[] file(List<byte[]> objects) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        // the comment of bytes above 127 says that the file is binary
        file.writeBytes("%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n".getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder places = new StringBuilder("0000000000 65535 f \n");
        for (int n = 0; n < objects.size(); n++) {
            places.append(String.format(Locale.ROOT, "%010d 00000 n \n", file.size()));
            file.writeBytes(ascii((n + 1) + " 0 obj\n"));
            file.writeBytes(objects.get(n));
            file.writeBytes(ascii("\nendobj\n"));
        }
        int table = file.size();
        int size = objects.size() + 1;
        file.writeBytes(ascii("xref\n0 " + size + "\n" + places + "trailer\n<< /Size " + size
                + " /Root 1 0 R >>\nstartxref\n" + table + "\n%%EOF\n"));
        return file.toByteArray();
    }

    private static byte[] font(String name) {
        return ascii("<< /Type /Font /Subtype /Type1 /BaseFont /" + name + " /Encoding /WinAnsiEncoding >>");
    }

    private static byte[] stream(String dictionary, byte[] data) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(data);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (!deflater.finished()) {
            packed.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(
                ascii("<< " + dictionary + " /Filter /FlateDecode /Length " + packed.size() + " >>\nstream\n"));
        stream.writeBytes(packed.toByteArray());
        stream.writeBytes(ascii("\nendstream"));
        return stream.toByteArray();
    }

    private static byte[] encode(String text) throws CharacterCodingException {
        ByteBuffer encoded = WIN_ANSI.newEncoder()
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .onMalformedInput(CodingErrorAction.REPORT)
                .encode(CharBuffer.wrap(text));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

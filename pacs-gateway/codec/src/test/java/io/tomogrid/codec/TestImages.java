package io.tomogrid.codec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Reencoder;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Real files where there are any, and secondary captures made for the tests. */
final class TestImages {
    static final String WHY = "needs the folder of real DICOM files (TOMOGRID_DATA or ../shared/data)";

    private static final String MULTI_FRAME_WORD_SC = "1.2.840.10008.5.1.4.1.1.7.3";
    private static final String MULTI_FRAME_COLOUR_SC = "1.2.840.10008.5.1.4.1.1.7.4";

    private TestImages() {}

    static Optional<Path> shared() {
        String configured = System.getenv("TOMOGRID_DATA");
        Path data = configured != null
                ? Path.of(configured)
                : Path.of(System.getProperty("tomogrid.root", "."), "..", "shared", "data");
        return Optional.of(data.resolve("dicom")).filter(Files::isDirectory);
    }

    /** Skips a test whose library this machine lacks. */
    static void needLibraries() {
        for (CodecStatus codec : new PixelDecoder().codecs()) {
            assumeTrue(codec.present(), codec.formats() + " needs Debian's package " + codec.debianPackage());
        }
    }

    /** The first frame of a file, compressed or not. */
    static Samples first(Path file) throws IOException {
        return frames(file).get(0);
    }

    /** All frames of a file, compressed or not. */
    static List<Samples> frames(Path file) throws IOException {
        List<Samples> frames = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Part10.Opened opened = Part10.open(in);
            if (!Reencoder.isUncompressed(opened.transferSyntax())) {
                DecodedImage image = DecodedImage.open(opened.dataset(), opened.transferSyntax(), new PixelDecoder());
                for (int n = 1; n <= image.frames(); n++) {
                    frames.add(Samples.of(image.format(), image.frame(n)));
                }
                return frames;
            }
        }
        return frames(Part10.read(file).dataset());
    }

    static List<Samples> frames(Dataset uncompressed) throws IOException {
        PixelFormat format = PixelFormat.of(uncompressed);
        byte[] pixels = uncompressed.bytes(Tag.PixelData).orElseThrow();
        List<Samples> frames = new ArrayList<>();
        for (int n = 0; n < uncompressed.intValue(Tag.NumberOfFrames).orElse(1); n++) {
            int from = n * format.frameBytes();
            frames.add(Samples.of(format, Arrays.copyOfRange(pixels, from, from + format.frameBytes())));
        }
        return frames;
    }

    /**
     * A secondary capture: smooth with a little noise, over most of the range of its bits.
     *
     * @param samples 1 for grey, 3 for RGB
     */
    static Dataset image(long seed, int columns, int rows, int samples, int stored, boolean signed, int frames) {
        Random random = new Random(seed);
        int bytes = stored > 8 ? 2 : 1;
        byte[] pixels = new byte[columns * rows * samples * bytes * frames];
        int top = (1 << stored) - 1;
        for (int n = 0; n < pixels.length / bytes; n++) {
            int pixel = n / samples;
            double wave = Math.sin(pixel % columns / 9.0 + n % samples) * Math.cos(pixel / columns / 11.0);
            int value = (int) Math.round((0.5 + 0.45 * wave) * top + random.nextInt(5) * top / 400.0);
            int cell = Math.min(top, value) - (signed ? top / 2 + 1 : 0);
            pixels[n * bytes] = (byte) cell;
            if (bytes == 2) {
                pixels[n * bytes + 1] = (byte) (cell >> 8);
            }
        }
        return new Dataset()
                .put(Tag.SOPClassUID, samples == 1 ? MULTI_FRAME_WORD_SC : MULTI_FRAME_COLOUR_SC)
                .put(Tag.SOPInstanceUID, "2.25." + (1000 + seed))
                .put(Tag.StudyInstanceUID, "2.25.1")
                .put(Tag.SeriesInstanceUID, "2.25.2")
                .put(Tag.Modality, "OT")
                .put(Tag.ConversionType, "SYN")
                .put(Tag.SamplesPerPixel, samples)
                .put(Tag.PhotometricInterpretation, samples == 1 ? "MONOCHROME2" : "RGB")
                .put(Tag.PlanarConfiguration, 0)
                .put(Tag.NumberOfFrames, frames)
                .put(Tag.Rows, rows)
                .put(Tag.Columns, columns)
                .put(Tag.BitsAllocated, 8 * bytes)
                .put(Tag.BitsStored, stored)
                .put(Tag.HighBit, stored - 1)
                .put(Tag.PixelRepresentation, signed ? 1 : 0)
                .putBytes(Tag.PixelData, bytes == 2 ? VR.OW : VR.OB, pixels);
    }
}

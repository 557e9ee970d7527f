package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.FrameReader;
import io.tomogrid.dicom.Part10;
import io.tomogrid.dicom.Uid;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damaged frames of what others encode, also through the libraries (COD-03). */
@org.junit.jupiter.api.Tag("peer")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class CorruptionOfPeersTest {
    private static final long SEED = 20260201;
    private final PixelDecoder decoder = new PixelDecoder();
    private Dataset image;

    @TempDir
    Path folder;

    private byte[] codestream(String command, int stored) throws Exception {
        image = TestImages.image(31, 61, 47, 1, stored, false, 1);
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        Tools.need(words.get(0).startsWith("dcm") ? "dcmtk" : "libgdcm-tools", words.get(0));
        Path plain = folder.resolve("plain.dcm");
        try (OutputStream out = Files.newOutputStream(plain)) {
            Part10.write(out, Uid.ExplicitVRLittleEndian, image);
        }
        words.add(plain.toString());
        words.add("compressed.dcm");
        Tools.run(folder, words);
        try (InputStream in = Files.newInputStream(folder.resolve("compressed.dcm"))) {
            Part10.Opened opened = Part10.open(in);
            FrameReader frames = FrameReader.open(opened.dataset(), opened.transferSyntax());
            image = frames.header();
            return frames.frame(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "dcmcjpeg +ee +bt, 12, " + Uid.JPEGExtended + ", 5000",
        "dcmcjpeg +eb, 8, " + Uid.JPEGBaseline + ", 2000",
        "dcmcjpls +el, 12, " + Uid.JPEGLSLosslessImageCompression + ", 2000",
        "dcmcjpls +en, 16, " + Uid.JPEGLSLossyImageCompression + ", 2000",
        "gdcmconv --j2k, 16, " + Uid.JPEG2000ImageCompressionLosslessOnly + ", 2000"
    })
    void damaged_frames_are_survived(String command, int stored, String syntax, int rounds) throws Exception {
        byte[] whole = codestream(command, stored);
        Damage.survive(decoder, syntax, PixelFormat.of(image), whole, SEED, rounds);
    }

    @ParameterizedTest
    @CsvSource({
        "dcmcjpeg +ee +bt, 12, " + Uid.JPEGExtended + ", ends in block",
        "dcmcjpeg +eb, 8, " + Uid.JPEGBaseline + ", is damaged",
        "dcmcjpeg +e1, 16, " + Uid.JPEGLosslessNonHierarchicalProcess14 + ", ends in line",
        "dcmcjpls +el, 12, " + Uid.JPEGLSLosslessImageCompression + ", JPEG-LS codestream cannot be decoded",
        "gdcmconv --j2k, 16, " + Uid.JPEG2000ImageCompressionLosslessOnly + ", JPEG 2000 codestream cannot be decoded"
    })
    void a_truncated_frame_is_refused(String command, int stored, String syntax, String message) throws Exception {
        byte[] whole = codestream(command, stored);
        PixelFormat format = PixelFormat.of(image);
        assertThatThrownBy(() -> decoder.decode(syntax, format, Arrays.copyOf(whole, whole.length * 2 / 3)))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining(message);
    }

    /** A few bytes that claim gigabytes: refused from the header, before a library sees them. */
    @Test
    void a_size_that_the_data_set_does_not_have_is_refused_first() throws Exception {
        byte[] jpeg2000 = codestream("gdcmconv --j2k", 16);
        ByteBuffer.wrap(jpeg2000)
                .putInt(8, 1 << 20)
                .putInt(12, 1 << 20)
                .putInt(24, 1 << 20)
                .putInt(28, 1 << 20);
        PixelFormat format = PixelFormat.of(image);
        assertThatThrownBy(() -> decoder.decode(Uid.JPEG2000ImageCompression, format, jpeg2000))
                .hasMessage("the JPEG 2000 codestream is 1048576 x 1048576 x 1, the data set says 61 x 47 x 1");
        byte[] tiles = codestream("gdcmconv --j2k", 16);
        ByteBuffer.wrap(tiles)
                .putInt(8, 1 << 20)
                .putInt(12, 1 << 20)
                .putInt(24, 1)
                .putInt(28, 1);
        assertThatThrownBy(() -> decoder.decode(Uid.JPEG2000ImageCompression, format, tiles))
                .hasMessage("the JPEG 2000 codestream has more than 4096 tiles");
        byte[] jpegLs = codestream("dcmcjpls +el", 16);
        int frame = Damage.indexOf(jpegLs, (byte) 0xff, (byte) 0xf7);
        ByteBuffer.wrap(jpegLs).putShort(frame + 5, (short) -1).putShort(frame + 7, (short) -1);
        assertThatThrownBy(() -> decoder.decode(Uid.JPEGLSLosslessImageCompression, format, jpegLs))
                .hasMessage("the JPEG-LS codestream is 65535 x 65535 x 1, the data set says 61 x 47 x 1");
    }
}

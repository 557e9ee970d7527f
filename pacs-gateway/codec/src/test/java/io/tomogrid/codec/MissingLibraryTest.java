package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.Uid;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Without its library a codec names the package; the others go on (COD-04). */
class MissingLibraryTest {
    private static final PixelFormat FORMAT = new PixelFormat(2, 2, 1, 8, 8, 7, false, "MONOCHROME2");
    private final PixelDecoder without = new PixelDecoder("libno-such-charls.so.2", "libno-such-openjp2.so.7");

    @ParameterizedTest
    @CsvSource({
        Uid.JPEGLSLosslessImageCompression + ", JPEG-LS, libno-such-charls.so.2, libcharls2",
        Uid.JPEGLSLossyImageCompression + ", JPEG-LS, libno-such-charls.so.2, libcharls2",
        Uid.JPEG2000ImageCompression + ", JPEG 2000, libno-such-openjp2.so.7, libopenjp2-7",
        Uid.HighThroughputJPEG2000ImageCompression + ", JPEG 2000, libno-such-openjp2.so.7, libopenjp2-7"
    })
    void the_package_is_named(String syntax, String format, String library, String debianPackage) {
        assertThatThrownBy(() -> without.decode(syntax, FORMAT, new byte[100]))
                .isInstanceOf(CodecMissingException.class)
                .hasMessageContaining(PixelDecoder.name(syntax))
                .hasMessageContaining(format + " is decoded by " + library + ", which this machine lacks")
                .hasMessageEndingWith("install Debian's package " + debianPackage + " or its counterpart");
    }

    @Test
    void the_others_go_on() throws IOException {
        int[][] planes = {{1, 2, 3, 4}};
        byte[] codestream = TestJpegLossless.encode(planes, 2, 2, new TestJpegLossless.Coding(8, 1, 0, 0, true));
        assertThat(without.decode(Uid.JPEGLosslessNonHierarchicalProcess14, FORMAT, codestream))
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void what_is_missing_is_listed() {
        assertThat(without.codecs())
                .containsExactly(
                        new CodecStatus("RLE, deflated frames, JPEG, JPEG Lossless", true, ""),
                        new CodecStatus("JPEG-LS", false, "libcharls2"),
                        new CodecStatus("JPEG 2000, HTJ2K", false, "libopenjp2-7"));
    }
}

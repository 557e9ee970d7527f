package io.tomogrid.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.codec.TestJpegLossless.Coding;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DatasetWriter;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.Uid;
import io.tomogrid.dicom.VR;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A compressed instance becomes its uncompressed twin (COD-01, COD-02). */
class DecodedImageTest {
    private static final String SYNTAX = Uid.JPEGLosslessNonHierarchicalProcess14;
    private static final int COLUMNS = 21;
    private static final int ROWS = 11;
    private static final int FRAMES = 3;
    private final PixelDecoder decoder = new PixelDecoder();

    enum Division {
        NO_TABLE,
        BASIC_OFFSET_TABLE,
        EXTENDED_OFFSET_TABLE
    }

    @ParameterizedTest
    @EnumSource
    void frames_in_several_fragments_are_put_together(Division division) throws IOException {
        Dataset plain = TestImages.image(41, COLUMNS, ROWS, 1, 12, true, FRAMES);
        Dataset twin = rewritten(compressed(plain, 12, division), SYNTAX);
        assertThat(twin.bytes(Tag.PixelData))
                .contains(plain.bytes(Tag.PixelData).orElseThrow());
        assertThat(twin.contains(Tag.ExtendedOffsetTable)).isFalse();
        assertThat(twin).isEqualTo(plain);
    }

    @Test
    void colours_get_by_pixel_and_an_odd_length_is_padded() throws IOException {
        Dataset plain = TestImages.image(42, COLUMNS, ROWS, 3, 8, false, 1);
        Dataset compressed = compressed(plain, 8, Division.NO_TABLE).put(Tag.PlanarConfiguration, 1);
        Dataset twin = rewritten(compressed, SYNTAX);
        byte[] expected = plain.bytes(Tag.PixelData).orElseThrow();
        assertThat(expected.length % 2).isOne();
        assertThat(twin.bytes(Tag.PixelData)).contains(Arrays.copyOf(expected, expected.length + 1));
        assertThat(twin.intValue(Tag.PlanarConfiguration)).hasValue(0);
        assertThat(twin.get(Tag.PixelData).orElseThrow().vr()).isEqualTo(VR.OB);
    }

    @Test
    void loss_stays_noted() throws IOException {
        Dataset plain = TestImages.image(43, COLUMNS, ROWS, 1, 12, false, 1);
        Dataset compressed = compressed(plain, 12, Division.NO_TABLE);
        // the codestream tells its process, the transfer syntax that there was loss
        assertThat(rewritten(compressed, Uid.JPEGExtended).string(Tag.LossyImageCompression))
                .contains("01");
        assertThat(rewritten(compressed, SYNTAX).contains(Tag.LossyImageCompression))
                .isFalse();
        compressed.put(Tag.LossyImageCompression, "01").put(Tag.LossyImageCompressionRatio, 7.5);
        assertThat(LossyCompression.of(SYNTAX, compressed))
                .hasValueSatisfying(loss -> assertThat(loss.describe()).isEqualTo("method not stated, ratio 7.5"));
        assertThat(LossyCompression.of(
                        Uid.JPEGLSLossyImageCompression, new Dataset().put(Tag.LossyImageCompression, "00")))
                .isEmpty();
        assertThat(LossyCompression.of(Uid.JPEG2000ImageCompression, new Dataset()))
                .hasValueSatisfying(loss -> assertThat(loss.describe()).isEqualTo("ISO_15444_1"));
    }

    @Test
    void what_cannot_be_decoded_is_known_before_anything_is_written() throws IOException {
        Dataset plain = TestImages.image(44, COLUMNS, ROWS, 1, 12, false, 1);
        Dataset compressed = compressed(plain, 12, Division.NO_TABLE).put(Tag.Rows, ROWS + 2);
        assertThatThrownBy(() -> open(compressed, SYNTAX))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("the data set says 21 x 13 x 1");
        assertThatThrownBy(() -> open(compressed.put(Tag.Rows, 65535).put(Tag.Columns, 65535), SYNTAX))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("a frame of 8589672450 bytes is larger than the");
        assertThatThrownBy(() -> open(compressed, "1.2.840.10008.1.2.4.110"))
                .isInstanceOf(UndecodableException.class)
                .hasMessage("1.2.840.10008.1.2.4.110 is not decoded");
    }

    private DecodedImage open(Dataset compressed, String syntax) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DatasetWriter.write(bytes, syntax, compressed);
        return DecodedImage.open(new ByteArrayInputStream(bytes.toByteArray()), syntax, decoder);
    }

    private Dataset rewritten(Dataset compressed, String syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        open(compressed, syntax).writeTo(out);
        return DatasetReader.read(
                new ByteArrayInputStream(out.toByteArray()), Uid.ExplicitVRLittleEndian, ReadLimits.DEFAULT);
    }

    /** Each frame in two fragments of even length. */
    private static Dataset compressed(Dataset plain, int precision, Division division) throws IOException {
        List<Samples> frames = TestImages.frames(plain);
        int samples = plain.intValue(Tag.SamplesPerPixel).getAsInt();
        List<byte[]> fragments = new ArrayList<>();
        ByteBuffer basic = ByteBuffer.allocate(4 * frames.size()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer extended = ByteBuffer.allocate(8 * frames.size()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer lengths = ByteBuffer.allocate(8 * frames.size()).order(ByteOrder.LITTLE_ENDIAN);
        int offset = 0;
        for (Samples frame : frames) {
            int[][] planes = new int[samples][COLUMNS * ROWS];
            for (int n = 0; n < frame.values().length; n++) {
                planes[n % samples][n / samples] = frame.values()[n] & (1 << precision) - 1;
            }
            byte[] codestream = TestJpegLossless.encode(planes, COLUMNS, ROWS, new Coding(precision, 1, 0, 0, true));
            byte[] even = Arrays.copyOf(codestream, codestream.length + (codestream.length & 1));
            int half = even.length / 4 * 2;
            fragments.add(Arrays.copyOf(even, half));
            fragments.add(Arrays.copyOfRange(even, half, even.length));
            basic.putInt(offset);
            extended.putLong(offset);
            lengths.putLong(codestream.length);
            offset += even.length + 16;
        }
        fragments.add(0, division == Division.BASIC_OFFSET_TABLE ? basic.array() : new byte[0]);
        Dataset compressed = new Dataset();
        plain.forEach(compressed::put);
        compressed.put(new Element.Fragments(Tag.PixelData, VR.OB, fragments));
        if (division == Division.EXTENDED_OFFSET_TABLE) {
            compressed.putBytes(Tag.ExtendedOffsetTable, VR.OV, extended.array());
            compressed.putBytes(Tag.ExtendedOffsetTableLengths, VR.OV, lengths.array());
        }
        return compressed;
    }
}

package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WEB-02: frames as they lie in Pixel Data. */
class FrameReaderTest {
    private static final String JPEG = Uid.JPEGBaseline;

    private static Dataset image(int frames, int rows, int columns, int bits) {
        return new Dataset()
                .put(Tag.SOPInstanceUID, "1.2.3")
                .put(Tag.NumberOfFrames, frames)
                .put(Tag.SamplesPerPixel, 1)
                .put(Tag.Rows, rows)
                .put(Tag.Columns, columns)
                .put(Tag.BitsAllocated, bits);
    }

    private static FrameReader open(Dataset dataset, String transferSyntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetWriter.write(out, transferSyntax, dataset);
        return FrameReader.open(new ByteArrayInputStream(out.toByteArray()), transferSyntax);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Uid.ImplicitVRLittleEndian,
                Uid.ExplicitVRLittleEndian,
                Uid.ExplicitVRBigEndian,
                Uid.DeflatedExplicitVRLittleEndian
            })
    void native_frames_come_little_endian_from_every_uncompressed_syntax(String transferSyntax) throws IOException {
        byte[] pixels = new byte[3 * 4 * 5 * 2];
        new Random(7).nextBytes(pixels);
        FrameReader reader = open(image(3, 4, 5, 16).putBytes(Tag.PixelData, VR.OW, pixels), transferSyntax);
        assertThat(reader.frames()).isEqualTo(3);
        assertThat(reader.frame(1)).isEqualTo(java.util.Arrays.copyOfRange(pixels, 0, 40));
        assertThat(reader.frame(3)).isEqualTo(java.util.Arrays.copyOfRange(pixels, 80, 120));
    }

    @Test
    void frames_of_single_bits_begin_at_a_byte() throws IOException {
        int perFrame = 3 * 5;
        Random random = new Random(11);
        boolean[] bits = new boolean[4 * perFrame];
        byte[] packed = new byte[8];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = random.nextBoolean();
            packed[i / 8] |= (byte) (bits[i] ? 1 << i % 8 : 0);
        }
        FrameReader reader = open(image(4, 3, 5, 1).putBytes(Tag.PixelData, VR.OB, packed), Uid.ExplicitVRLittleEndian);
        for (int f = 0; f < 4; f++) {
            byte[] frame = reader.frame(f + 1);
            assertThat(frame).hasSize(2);
            for (int i = 0; i < 16; i++) {
                boolean expected = i < perFrame && bits[f * perFrame + i];
                assertThat((frame[i / 8] >> i % 8 & 1) == 1).isEqualTo(expected);
            }
        }
    }

    private static byte[] codestream(int first, int length) {
        byte[] bytes = new byte[length];
        java.util.Arrays.fill(bytes, (byte) first);
        return bytes;
    }

    private static byte[] jpeg(int filler, int length) {
        byte[] bytes = codestream(filler, length);
        bytes[0] = (byte) 0xff;
        bytes[1] = (byte) 0xd8;
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static Dataset encapsulated(int frames, byte[] table, byte[]... fragments) {
        List<byte[]> all = new ArrayList<>(List.of(table));
        all.addAll(List.of(fragments));
        return image(frames, 4, 4, 8).put(new Element.Fragments(Tag.PixelData, VR.OB, all));
    }

    @Test
    void the_offset_table_tells_which_fragments_are_a_frame() throws IOException {
        byte[][] f = {jpeg(1, 10), codestream(2, 6), jpeg(3, 8), jpeg(4, 4), codestream(5, 2)};
        byte[] table = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0)
                .putInt(32)
                .putInt(48)
                .array();
        FrameReader reader = open(encapsulated(3, table, f), JPEG);
        assertThat(reader.frame(1)).isEqualTo(join(f[0], f[1]));
        assertThat(reader.frame(2)).isEqualTo(f[2]);
        assertThat(reader.frame(3)).isEqualTo(join(f[3], f[4]));
        assertThat(open(encapsulated(3, table, f), JPEG).frame(3)).isEqualTo(join(f[3], f[4]));
    }

    @Test
    void without_a_table_the_first_marker_begins_a_frame() throws IOException {
        byte[][] f = {jpeg(1, 10), codestream(2, 6), jpeg(3, 8), jpeg(4, 4), codestream(5, 2)};
        FrameReader reader = open(encapsulated(3, new byte[0], f), JPEG);
        assertThat(reader.frame(1)).isEqualTo(join(f[0], f[1]));
        assertThat(reader.frame(2)).isEqualTo(f[2]);
        assertThat(reader.frame(3)).isEqualTo(join(f[3], f[4]));
        assertThat(open(encapsulated(1, new byte[0], f[1], f[4]), JPEG).frame(1))
                .isEqualTo(join(f[1], f[4]));
        byte[][] rle = {codestream(1, 4), codestream(2, 4)};
        assertThat(open(encapsulated(2, new byte[0], rle), Uid.RLELossless).frame(2))
                .isEqualTo(rle[1]);
    }

    @Test
    void what_cannot_be_a_frame_is_told() throws IOException {
        assertThatThrownBy(() -> open(image(1, 4, 4, 8), Uid.ExplicitVRLittleEndian))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("no Pixel Data");
        FrameReader tooShort =
                open(image(2, 4, 4, 8).putBytes(Tag.PixelData, VR.OB, new byte[20]), Uid.ExplicitVRLittleEndian);
        assertThatThrownBy(() -> tooShort.frame(1)).hasMessageContaining("20 bytes");
        FrameReader undivided = open(encapsulated(2, new byte[0], codestream(1, 4), codestream(2, 4)), JPEG);
        assertThatThrownBy(() -> undivided.frame(1)).hasMessageContaining("cannot be divided");
        FrameReader lying = open(
                image(Integer.MAX_VALUE, 65535, 65535, 16).putBytes(Tag.PixelData, VR.OW, new byte[4]),
                Uid.ExplicitVRLittleEndian);
        assertThatThrownBy(() -> lying.frame(1)).isInstanceOf(DicomFormatException.class);
        assertThatThrownBy(() -> tooShort.frame(3)).isInstanceOf(IllegalArgumentException.class);
    }
}

package io.tomogrid.imaging.pet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.imaging.Vec3;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-04 */
class PetRawFormatTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(16, 50, 4, 4, 6, AxialSegment.michelogram(4, 3, 3));

    private static PetAcquisition acquisition(float scale) {
        Random random = new Random(3);
        float[] prompts = new float[SCANNER.bins()];
        float[] attenuation = new float[SCANNER.bins()];
        for (int n = 0; n < prompts.length; n++) {
            prompts[n] = random.nextInt(0x10000) * scale;
            attenuation[n] = random.nextFloat();
        }
        float[] efficiencies = new float[16];
        for (int c = 0; c < 16; c++) {
            efficiencies[c] = 1 + c / 16f;
        }
        float[] background = new float[SCANNER.lines()];
        Arrays.fill(background, 0.25f);
        return new PetAcquisition(
                SCANNER, new Vec3(1, -2.5, 300), 120, 1e-4, prompts, attenuation, efficiencies, background);
    }

    @ParameterizedTest
    @CsvSource({"1, 6", "0.5, 8", "2, 8"})
    void what_was_written_is_read(float scale, int bytesPerBin) throws Exception {
        PetAcquisition written = acquisition(scale);
        byte[] bytes = PetRawFormat.write(written);
        assertThat(bytes).hasSize(88 + 16 * 3 + 4 * (16 + 48) + bytesPerBin * SCANNER.bins() + 32);
        assertSame(PetRawFormat.read(bytes).sinograms().get(0), written);
        assertSame(
                PetRawFormat.read(Arrays.copyOf(bytes, bytes.length + 1))
                        .sinograms()
                        .get(0),
                written);
    }

    private static void assertSame(PetAcquisition read, PetAcquisition written) {
        assertThat(read.scanner()).isEqualTo(written.scanner());
        assertThat(read.centre()).isEqualTo(written.centre());
        assertThat(read.durationS()).isEqualTo(written.durationS());
        assertThat(read.sensitivity()).isEqualTo(written.sensitivity());
        assertThat(read.time()).isEqualTo(written.time());
        assertThat(read.scatterInBackground()).isEqualTo(written.scatterInBackground());
        assertThat(read.normalisation().planes())
                .isEqualTo(written.normalisation().planes());
        assertThat(read.prompts()).isEqualTo(written.prompts());
        assertThat(read.attenuation()).isEqualTo(written.attenuation());
        assertThat(read.efficiencies()).isEqualTo(written.efficiencies());
        assertThat(read.background()).isEqualTo(written.background());
    }

    /** Two frames, the second without attenuation factors. */
    private static PetScan scan() {
        PetAcquisition first = acquisition(1);
        float[] planes = new float[SCANNER.planes()];
        for (int p = 0; p < planes.length; p++) {
            planes[p] = 1 + p / 32f;
        }
        var normalisation = new Normalisation(first.efficiencies(), planes);
        return new PetScan(
                new EnergyWindow(435, 650, 0.11),
                List.of(
                        frame(first, 5, 60, 0.9, first.attenuation(), normalisation, true),
                        frame(acquisition(0.5f), 65, 30, Double.NaN, new float[0], normalisation, false)));
    }

    private static PetAcquisition frame(
            PetAcquisition of,
            double start,
            double duration,
            double live,
            float[] factors,
            Normalisation n,
            boolean s) {
        return new PetAcquisition(
                SCANNER,
                of.centre(),
                new FrameTime(start, duration, live),
                1e-4,
                of.prompts(),
                factors,
                n,
                of.background(),
                s);
    }

    @Test
    void frames_that_were_written_are_read() throws Exception {
        PetScan written = scan();
        byte[] bytes = PetRawFormat.write(written);
        assertThat(PetRawFormat.version(bytes)).isEqualTo(2);
        assertThat(bytes)
                .hasSize(88
                        + 16 * 3
                        + 24
                        + 4 * (16 + SCANNER.planes())
                        + 2 * (56 + 4 * 48)
                        + (4 + 2 + 4) * SCANNER.bins()
                        + 32);
        PetScan read = PetRawFormat.read(bytes);
        assertThat(read.window()).isEqualTo(written.window());
        assertThat(read.frames()).hasSize(2);
        for (int n = 0; n < 2; n++) {
            assertSame(read.sinograms().get(n), written.sinograms().get(n));
        }
        assertThat(read.frames().get(1).hasAttenuation()).isFalse();
        assertThat(read.durationS()).isEqualTo(90);
    }

    /** Faults in bytes whose digest is right; the first frame begins at 88 + 48 + 24 + 4 · (16 + planes). */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            28  | 0                  | 1 to 4096 frames, got 0
            28  | 3                  | cut off before frame 2 of 3
            136 | 0x4090000000000000 | energy window: expected 511 keV inside
            f+0 | 4                  | flags 4 of frame 0
            f+4 | 9                  | type of the prompts 9 in frame 0
            f+8 | 0x7ff8000000000000 | expected a centre in mm
            f+32 | 0x4059000000000000 | frames in the order of their starts
            f+40 | 0xbff0000000000000 | positive duration of at most 1.0E7 s, got -1.0 s
            f+48 | 0x4000000000000000 | live fraction over 0 and at most 1, got 2.0
            f+24 | 0x4072d00000000000 | bed positions
            """)
    void a_fault_of_a_frame_is_named(String at, String value, String fault) throws Exception {
        byte[] payload = PetRawFormat.write(scan());
        int frame = 88 + 48 + 24 + 4 * (16 + SCANNER.planes());
        int place = at.startsWith("f+") ? frame + Integer.parseInt(at.substring(2)) : Integer.parseInt(at);
        ByteBuffer bytes = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        if (value.length() > 10) {
            bytes.putLong(place, Long.parseUnsignedLong(value.substring(2), 16));
        } else {
            bytes.putInt(place, Integer.parseInt(value));
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(payload, 0, payload.length - 32);
        System.arraycopy(digest.digest(), 0, payload, payload.length - 32, 32);
        assertThatThrownBy(() -> PetRawFormat.read(payload))
                .isInstanceOf(PetRawException.class)
                .hasMessageContaining(fault);
    }

    /** The layout of docs/pet-raw-format.md, byte by byte. */
    @Test
    void the_header_is_as_documented() throws Exception {
        byte[] bytes = PetRawFormat.write(acquisition(1));
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(new String(bytes, 0, 7, java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("TOMOPET");
        assertThat(bytes[7]).isEqualTo((byte) 0x1a);
        assertThat(in.getShort(8)).isEqualTo((short) 1);
        assertThat(in.getShort(10)).isEqualTo((short) 3);
        assertThat(new int[] {in.getInt(12), in.getInt(16), in.getInt(20), in.getInt(24), in.getInt(28)})
                .containsExactly(16, 4, 6, 1, 0);
        assertThat(new double[] {in.getDouble(32), in.getDouble(40)}).containsExactly(50, 4);
        assertThat(new double[] {in.getDouble(48), in.getDouble(56), in.getDouble(64)})
                .containsExactly(1, -2.5, 300);
        assertThat(new double[] {in.getDouble(72), in.getDouble(80)}).containsExactly(120, 1e-4);
        assertThat(new int[] {in.getInt(88), in.getInt(104), in.getInt(120)}).containsExactly(7, 3, 3);
        assertThat(new double[] {in.getDouble(96), in.getDouble(112), in.getDouble(128)})
                .containsExactly(0, 3, -3);
        assertThat(in.getFloat(136)).isEqualTo(1f);
        byte[] signed = Arrays.copyOf(bytes, bytes.length - 32);
        assertThat(Arrays.copyOfRange(bytes, bytes.length - 32, bytes.length))
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(signed));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0   | 0x54 | 0    | 1 | magic number
            8   | 0x03 | 0x00 | 2 | version 3, this release reads 1 and 2
            8   | 0x02 | 0x00 | 2 | reserved
            10  | 0xff | 0xff | 2 | at most 1024 segments, got 65535
            10  | 0xff | 0x03 | 2 | cut off in its table of 1023 segments
            12  | 0x0f | 0x00 | 2 | crystals per ring, got 15
            15  | 0x7f | 0x00 | 1 | crystals per ring
            16  | 0x00 | 0x00 | 2 | rings
            20  | 0x10 | 0x00 | 2 | 1 to 15 radial bins, got 16
            24  | 0x03 | 0x00 | 2 | type of the prompts 3
            28  | 0x01 | 0x00 | 2 | reserved
            38  | 0xf8 | 0x7f | 2 | radius
            88  | 0x04 | 0x00 | 2 | bytes, got
            700 | 0x55 | 0x55 | 2 | SHA-256
            """)
    void a_fault_is_named(int at, String first, String second, int bytes, String fault) {
        byte[] payload = PetRawFormat.write(acquisition(1));
        payload[at] = (byte) (int) Integer.decode(first);
        if (bytes == 2) {
            payload[at + 1] = (byte) (int) Integer.decode(second);
        }
        if (fault.equals("magic number")) {
            payload[at] ^= 1;
        }
        assertThatThrownBy(() -> PetRawFormat.read(payload))
                .isInstanceOf(PetRawException.class)
                .hasMessageStartingWith("TOMOGRID-PET-SINOGRAM: ")
                .hasMessageContaining(fault);
    }

    /** A right digest over impossible values. */
    @Test
    void values_that_cannot_be_are_refused() throws Exception {
        byte[] payload = PetRawFormat.write(acquisition(1));
        ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putFloat(136, Float.NaN);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(payload, 0, payload.length - 32);
        System.arraycopy(digest.digest(), 0, payload, payload.length - 32, 32);
        assertThatThrownBy(() -> PetRawFormat.read(payload))
                .isInstanceOf(PetRawException.class)
                .hasMessageContaining("crystal efficiencies from 0")
                .hasMessageContaining("got NaN at 0");
    }

    /** Whatever the bytes: an acquisition or a message, no other exception, no memory that the bytes do not justify. */
    @Test
    void damaged_bytes_are_refused_and_nothing_worse() {
        byte[] one = PetRawFormat.write(acquisition(1));
        byte[] two = PetRawFormat.write(scan());
        long seed = 20261125;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int n = 0; n < 20_000; n++) {
            byte[] whole = n % 2 == 0 ? one : two;
            byte[] bytes = n % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length + 100)) : whole.clone();
            for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
                int within = random.nextBoolean() ? Math.min(bytes.length, 136) : bytes.length;
                bytes[random.nextInt(within)] ^= (byte) (1 + random.nextInt(255));
            }
            if (Arrays.equals(bytes, whole)) {
                continue;
            }
            assertThatThrownBy(() -> PetRawFormat.read(bytes)).isInstanceOf(PetRawException.class);
        }
    }
}

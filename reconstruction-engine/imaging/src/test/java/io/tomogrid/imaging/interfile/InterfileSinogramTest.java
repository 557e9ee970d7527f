package io.tomogrid.imaging.interfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.AxialSegment;
import io.tomogrid.imaging.pet.CylindricalScanner;
import io.tomogrid.imaging.pet.PetAcquisition;
import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.PetScan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** REC-32 */
class InterfileSinogramTest {
    private static final CylindricalScanner SCANNER =
            new CylindricalScanner(24, 130, 4, 8, 9, AxialSegment.michelogram(4, 3, 3), -6);
    private static final String HEADER = """
            !INTERFILE  :=
            !imaging modality := PT
            name of data file := prompts.s
            !version of keys := STIR4.0
            !GENERAL DATA :=
            !GENERAL IMAGE DATA :=
            !type of data := PET
            imagedata byte order := ORDER
            !PET STUDY (General) :=
            !PET data type := Emission
            applied corrections := {None}
            !number format := FORMAT
            !number of bytes per pixel := BYTES
            number of dimensions := 4
            matrix axis label [4] := segment
            !matrix size [4] := 3
            matrix axis label [3] := THIRD
            !matrix size [3] := SIZE3
            matrix axis label [2] := SECOND
            !matrix size [2] := SIZE2
            matrix axis label [1] := tangential coordinate
            !matrix size [1] := 9
            minimum ring difference per segment := { -1,2,-4}
            maximum ring difference per segment := { 1,4,-2}
            Scanner parameters:=
            Scanner type := unknown ; a remark
            Number of rings := 4
            Number of detectors per ring := 24
            Inner ring diameter (cm) := 25
            Average depth of interaction (cm) := 0.5
            Distance between rings (cm) := 0.8
            View offset (degrees) := 0
            end scanner parameters:=
            number of time frames := 1
            image duration (sec)[1] := 600
            tomogrid sensitivity := 1e-6
            tomogrid scanner centre (mm) := { 10, -20.5, -300 }
            !END OF INTERFILE :=
            """;

    private static float[] counts() {
        SplittableRandom random = new SplittableRandom(3);
        float[] counts = new float[SCANNER.bins()];
        for (int n = 0; n < counts.length; n++) {
            counts[n] = random.nextInt(1000);
        }
        return counts;
    }

    /** In STIR's order. */
    private static byte[] payload(boolean viewFirst, boolean real, int bytes, boolean little) {
        int[] planes = {7, 3, 3};
        String header = HEADER.replace("ORDER", little ? "LITTLEENDIAN" : "BIGENDIAN")
                .replace("FORMAT", real ? "float" : "unsigned integer")
                .replace("BYTES", Integer.toString(bytes))
                .replace("THIRD", viewFirst ? "view" : "axial coordinate")
                .replace("SECOND", viewFirst ? "axial coordinate" : "view")
                .replace("SIZE3", viewFirst ? "12" : "{ 7,3,3}")
                .replace("SIZE2", viewFirst ? "{ 7,3,3}" : "12");
        byte[] text = header.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer out = ByteBuffer.allocate(text.length + SCANNER.bins() * bytes)
                .put(text)
                .order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        float[] counts = counts();
        for (int s = 0, first = 0; s < planes.length; first += planes[s++]) {
            int count = planes[s];
            int from = first;
            IntStream.range(0, 12 * count).forEach(n -> {
                int view = viewFirst ? n / count : n % 12;
                int plane = viewFirst ? n % count : n / 12;
                for (int radial = 0; radial < 9; radial++) {
                    float value = counts[(view * 9 + radial) * 13 + from + plane];
                    if (real) {
                        out.putFloat(value);
                    } else if (bytes == 2) {
                        out.putShort((short) value);
                    } else {
                        out.putInt((int) value);
                    }
                }
            });
        }
        return out.array();
    }

    @ParameterizedTest
    @CsvSource({"true,true,4,true", "false,true,4,false", "true,false,2,true", "false,false,4,true"})
    void every_order_and_format_gives_the_same_counts(boolean viewFirst, boolean real, int bytes, boolean little)
            throws Exception {
        PetScan scan = InterfileSinogram.read(payload(viewFirst, real, bytes, little));
        PetAcquisition frame = scan.sinograms().get(0);
        assertThat(frame.scanner()).isEqualTo(SCANNER);
        assertThat(frame.prompts()).isEqualTo(counts());
        assertThat(frame.centre()).isEqualTo(new Vec3(10, -20.5, -300));
        assertThat(frame.durationS()).isEqualTo(600);
        assertThat(frame.normalised()).isFalse();
        assertThat(frame.hasRandoms()).isFalse();
        assertThat(frame.hasAttenuation()).isFalse();
    }

    /** Where STIR has them: the first detector at −y, the next ones towards +x; a plane of two pairs of rings counts twice. */
    @Test
    void crystals_and_planes_are_where_stir_has_them() throws Exception {
        PetAcquisition frame =
                InterfileSinogram.read(payload(true, true, 4, true)).sinograms().get(0);
        var line = frame.scanner().line(0, 4);
        assertThat(line.x0()).isCloseTo(0, within(1e-9));
        assertThat(line.y0()).isCloseTo(-130, within(1e-9));
        assertThat(line.y1()).isCloseTo(130, within(1e-9));
        assertThat(frame.scanner().line(1, 4).x0()).isPositive();
        assertThat(frame.normalisation().planes()).containsExactly(1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            !INTERFILE                      | !OTHER              | does not begin with !INTERFILE
            !matrix size [3] := 12          | !matrix size [3] := 6 | 6 views of 24 detectors per ring: expected half as many
            {None}                          | { arc correction }  | applied corrections: expected none
            sensitivity := 1e-6             | sensitivity := 0    | 'tomogrid sensitivity' is missing or not positive
            := float                        | := complex          | number format: expected float
            (sec)[1] := 600                 | (sec)[1] := soon    | image duration (sec)[1]: expected a number, got 'soon'
            (sec)[1] := 600                 | (sec)[1] := -3      | expected a positive duration
            { -1,2,-4}                      | { -1,2,-3}          | segment of the ring differences -3 to -2
            rings (cm) := 0.8               | rings (cm) := 1e9   | expected a ring pitch of 0.05 mm to 10 m
            detectors per ring := 24        | detectors per ring := NaN | number of detectors per ring: expected a number
            !matrix size [1] := 9           | !matrix size [1] := 10 | bytes of data
            """)
    void what_cannot_be_is_named(String from, String to, String reason) {
        byte[] payload = new String(payload(true, true, 4, true), StandardCharsets.ISO_8859_1)
                .replace(from, to)
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> InterfileSinogram.read(payload))
                .isInstanceOf(PetRawException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void counts_that_are_none_are_refused() {
        for (float bad : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            byte[] payload = payload(true, true, 4, true);
            ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putFloat(payload.length - 8, bad);
            assertThatThrownBy(() -> InterfileSinogram.read(payload))
                    .isInstanceOf(PetRawException.class)
                    .hasMessageContaining("got " + bad);
        }
    }

    @Test
    void damaged_bytes_are_refused_in_words_or_read() {
        byte[] whole = payload(true, true, 4, true);
        SplittableRandom random = new SplittableRandom(11);
        int refused = 0;
        for (int n = 0; n < 500; n++) {
            byte[] bytes = n % 4 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int k = 0; n % 4 != 0 && k < 3; k++) {
                bytes[random.nextInt(HEADER.length())] = (byte) random.nextInt(256);
            }
            try {
                assertThat(InterfileSinogram.read(bytes).frames()).hasSize(1);
            } catch (PetRawException inWords) {
                assertThat(inWords.getMessage()).startsWith("Interfile: ");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(200);
    }
}

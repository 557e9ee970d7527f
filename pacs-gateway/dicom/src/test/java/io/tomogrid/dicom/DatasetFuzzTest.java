package io.tomogrid.dicom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a data set of any transfer syntax: a {@link DicomFormatException}, or a data set that survives writing,
 * reading and re-encoding (ING-07, QRY-06). {@code ./tomogrid bench fuzz} looks further than the seeds.
 */
class DatasetFuzzTest {
    private static final List<String> SYNTAXES = List.of(
            Uid.ExplicitVRLittleEndian,
            Uid.ImplicitVRLittleEndian,
            Uid.ExplicitVRBigEndian,
            Uid.DeflatedExplicitVRLittleEndian,
            Uid.RLELossless);
    private static final ReadLimits LIMITS = new ReadLimits(16, 10_000, 1 << 20);

    static Stream<byte[]> seeds() throws IOException {
        Stream.Builder<byte[]> seeds = Stream.builder();
        for (int i = 0; i < SYNTAXES.size(); i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(i);
            DatasetWriter.write(out, SYNTAXES.get(i), image(SYNTAXES.get(i).equals(Uid.RLELossless)));
            seeds.add(out.toByteArray());
        }
        return seeds.build();
    }

    private static Dataset image(boolean compressed) {
        Dataset image = new Dataset()
                .put(Tag.SpecificCharacterSet, "ISO_IR 192")
                .put(Tag.SOPInstanceUID, "1.2.3")
                .put(Tag.SeriesDescription, "PET")
                .put(Tag.FrameIncrementPointer, (double) 0x00181063)
                .put(Tag.PixelRepresentation, 1)
                .put(Tag.RealWorldValueSlope, 0.5)
                .put(Tag.SimpleFrameList, 1, 70_000)
                .put(Tag.PixelSpacing, 2.0, 2.5)
                .putBytes(0x00090010, VR.LO, Dataset.ascii("TEST"))
                .putBytes(0x00091001, VR.UN, new byte[] {1, 2, 3, 4})
                .putItems(
                        Tag.ReferencedSeriesSequence,
                        new Dataset().putItems(Tag.ReferencedSOPSequence, new Dataset().put(Tag.Rows, 513)));
        return compressed
                ? image.put(new Element.Fragments(Tag.PixelData, VR.OB, List.of(new byte[4], new byte[10])))
                : image.putBytes(Tag.PixelData, VR.OW, new byte[] {1, 2, 3, 4});
    }

    @MethodSource("seeds")
    @FuzzTest
    void dataset(byte[] bytes) throws IOException {
        if (bytes.length == 0) {
            return;
        }
        String syntax = SYNTAXES.get(Math.floorMod(bytes[0], SYNTAXES.size()));
        Dataset dataset;
        try {
            dataset = DatasetReader.read(new ByteArrayInputStream(bytes, 1, bytes.length - 1), syntax, LIMITS);
        } catch (DicomFormatException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return;
        }
        look(dataset);
        byte[] written = write(syntax, dataset);
        assertThat(written.length % 2).isZero();
        Dataset again = read(written, syntax);
        assertThat(write(syntax, again)).isEqualTo(written);
        for (String other : Reencoder.alternatives(syntax)) {
            thereAndBack(again, syntax, other);
        }
    }

    private static void thereAndBack(Dataset dataset, String syntax, String other) throws IOException {
        byte[] there = write(other, dataset);
        Dataset received;
        try {
            received = read(there, other);
        } catch (DicomFormatException vrsWereWrong) {
            // what claims another VR than the dictionary's is something else where VRs are not written
            assertThat(other).isEqualTo(Uid.ImplicitVRLittleEndian);
            return;
        }
        byte[] back = write(syntax, received);
        assertThat(write(other, read(back, syntax))).isEqualTo(there);
    }

    /** Every way of reading a value, whatever it holds. */
    private static void look(Dataset dataset) {
        for (Element element : dataset) {
            dataset.strings(element.tag());
            dataset.doubles(element.tag());
            dataset.items(element.tag()).forEach(DatasetFuzzTest::look);
        }
    }

    private static byte[] write(String syntax, Dataset dataset) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Reencoder.write(out, syntax, dataset);
        return out.toByteArray();
    }

    private static Dataset read(byte[] bytes, String syntax) throws IOException {
        return DatasetReader.read(new ByteArrayInputStream(bytes), syntax, ReadLimits.DEFAULT);
    }

    /** Seeded damage to the seeds, in every build. */
    @Test
    void damaged_seeds() throws IOException {
        new Damage(20261125).to(seeds().toList(), 20_000, this::dataset);
    }

    /** A few KiB that inflate to more than the limit: refused when that much has come, not held. */
    @Test
    void a_deflate_bomb_is_refused_by_the_limit() throws IOException {
        byte[] bomb = write(
                Uid.DeflatedExplicitVRLittleEndian, new Dataset().putBytes(Tag.PixelData, VR.OB, new byte[64 << 20]));
        assertThat(bomb.length).isLessThan(1 << 17);
        assertThatThrownBy(() ->
                        DatasetReader.read(new ByteArrayInputStream(bomb), Uid.DeflatedExplicitVRLittleEndian, LIMITS))
                .isInstanceOf(DicomFormatException.class)
                .hasMessageContaining("more than this reader accepts");
    }
}

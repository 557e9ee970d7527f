package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.pet.PetRawException;
import io.tomogrid.imaging.pet.PetScan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** PETSIRD as a payload of Raw Data Storage, and what of it is read: docs/pet-raw-format.md. */
public final class PetsirdFormat {
    /** Name of the format in DICOM and in messages. */
    public static final String NAME = "PETSIRD";
    /** Of yardl's binary encoding. */
    public static final int VERSION = 1;
    /** A longer payload is refused. */
    public static final long MOST_BYTES = 1L << 30;

    static final byte[] MAGIC = {'y', 'a', 'r', 'd', 'l', VERSION, 0, 0, 0};

    private PetsirdFormat() {}

    /** What was read. @param dropped coincidences that no line of the sinogram holds, or whose pair sees nothing */
    public record Content(PetScan scan, long dropped) {}

    /** @throws PetRawException naming what is wrong and where */
    public static Content read(byte[] bytes) throws PetRawException {
        try {
            return read(new ByteArrayInputStream(bytes));
        } catch (IOException memoryIsAlwaysRead) {
            throw new UncheckedIOException(memoryIsAlwaysRead);
        }
    }

    /**
     * Reads a stream to its end. Memory is taken for coincidences and efficiencies, not for what is left out.
     *
     * @throws PetRawException naming what is wrong and where @throws IOException if the stream cannot be read
     */
    public static Content read(InputStream in) throws PetRawException, IOException {
        return new PetsirdReader(new YardlInput(in, MOST_BYTES)).read();
    }
}

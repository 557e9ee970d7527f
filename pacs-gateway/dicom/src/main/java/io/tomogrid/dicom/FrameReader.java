package io.tomogrid.dicom;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The frames of an image, PS3.5 section 8 and annex A.4, read one after the other from its encoded data set. Only the
 * header and one frame are held. Nothing is decoded: a compressed frame is its codestream. Not thread-safe.
 */
public final class FrameReader {
    private static final int MAX_FRAME = 1 << 30;

    private final Dataset header;
    private final DatasetReader reader;
    private final InputStream in;
    private final boolean bigEndian;
    private final int frames;
    private final long length;
    private long position;
    private byte last;
    private long[] offsets;
    private int fragmentLength;
    private byte[] ahead;
    private int begun;

    private FrameReader(Dataset header, DatasetReader reader, boolean bigEndian, long length) {
        this.header = header;
        this.reader = reader;
        this.in = reader.rest();
        this.bigEndian = bigEndian;
        this.length = length;
        this.frames = Math.max(1, header.intValue(Tag.NumberOfFrames).orElse(1));
    }

    /**
     * Reads the header.
     *
     * @param in the encoded data set; the caller closes it
     * @throws DicomFormatException if there is no Pixel Data in it
     */
    public static FrameReader open(InputStream in, String transferSyntax) throws IOException {
        DatasetReader reader = DatasetReader.open(in, transferSyntax, ReadLimits.HEADER);
        Dataset header = reader.before(Tag.PixelData);
        if (reader.stoppedAt() != Tag.PixelData) {
            throw new DicomFormatException("the instance has no Pixel Data");
        }
        return new FrameReader(header, reader, transferSyntax.equals(Uid.ExplicitVRBigEndian), reader.pixelLength());
    }

    /** Every element before Pixel Data. */
    public Dataset header() {
        return header;
    }

    /** Number of Frames, 1 where the instance does not say. */
    public int frames() {
        return frames;
    }

    /**
     * One frame: its codestream where Pixel Data is encapsulated, else its samples, little endian, beginning at a byte.
     *
     * @param number from 1; each call's is larger than the one before
     * @throws DicomFormatException if Pixel Data is shorter than its frames, or cannot be divided into them
     */
    public byte[] frame(int number) throws IOException {
        if (number < 1 || number > frames) {
            throw new IllegalArgumentException("frame: expected 1 to " + frames + ", got " + number);
        }
        try {
            return length < 0 ? codestream(number) : samples(number);
        } catch (EOFException e) {
            throw new DicomFormatException("Pixel Data ends before frame " + number);
        }
    }

    private byte[] samples(int number) throws IOException {
        int bits = header.intValue(Tag.BitsAllocated).orElse(0);
        boolean subsampled =
                header.string(Tag.PhotometricInterpretation).orElse("").equals("YBR_FULL_422");
        long frameBits = (long) header.intValue(Tag.Rows).orElse(0)
                * header.intValue(Tag.Columns).orElse(0)
                * (subsampled ? 2 : header.intValue(Tag.SamplesPerPixel).orElse(1))
                * bits;
        if (frameBits <= 0 || frameBits / 8 > MAX_FRAME) {
            throw new DicomFormatException("Rows, Columns, Samples per Pixel and Bits Allocated give no frame size");
        }
        if (length * 8 / frameBits < frames) {
            throw new DicomFormatException(
                    "Pixel Data has " + length + " bytes, too few for " + frames + " frames of " + frameBits + " bits");
        }
        long firstBit = frameBits * (number - 1);
        long first = firstBit / 8;
        int bytes = (int) ((firstBit + frameBits + 7) / 8 - first);
        byte[] frame = range(first, bytes);
        if (bits == 16 && bigEndian) {
            return ByteOrders.swap(VR.OW, frame);
        }
        return bits == 1 ? aligned(frame, (int) (firstBit % 8), (int) frameBits) : frame;
    }

    /** Single bits, the first one lowest: moved so that they begin at a byte. */
    private static byte[] aligned(byte[] packed, int shift, int bits) {
        byte[] frame = new byte[(bits + 7) / 8];
        for (int i = 0; i < frame.length; i++) {
            int next = i + 1 < packed.length ? packed[i + 1] & 0xff : 0;
            frame[i] = (byte) ((packed[i] & 0xff | next << 8) >> shift);
        }
        if (bits % 8 != 0) {
            frame[frame.length - 1] &= (byte) ((1 << bits % 8) - 1);
        }
        return frame;
    }

    /** Bytes of native Pixel Data; the byte before those that were read may be read again. */
    private byte[] range(long first, int bytes) throws IOException {
        byte[] value = new byte[bytes];
        int have = 0;
        if (first == position - 1) {
            value[have++] = last;
        } else {
            skipTo(first);
        }
        if (in.readNBytes(value, have, bytes - have) < bytes - have) {
            throw new EOFException();
        }
        position = first + bytes;
        last = value[bytes - 1];
        return value;
    }

    private void skipTo(long offset) throws IOException {
        if (offset < position) {
            throw new IllegalArgumentException("frames: expected ascending numbers");
        }
        in.skipNBytes(offset - position);
        position = offset;
    }

    // ---- encapsulated: a basic offset table, then fragments; position 0 is the first byte behind the table

    private byte[] codestream(int number) throws IOException {
        if (offsets == null) {
            offsets = offsets();
        }
        if (offsets.length == 0) {
            return byMarkers(number);
        }
        skipTo(offsets[number - 1]);
        long end = number < frames ? offsets[number] : Long.MAX_VALUE;
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        while (position < end && nextFragment()) {
            frame.writeBytes(fragment());
        }
        return frame.toByteArray();
    }

    /** Places of the frames' first fragments; none where nothing tells them. */
    private long[] offsets() throws IOException {
        if (!nextFragment()) {
            throw new DicomFormatException("Pixel Data has no Basic Offset Table");
        }
        ByteBuffer table = ByteBuffer.wrap(fragment()).order(ByteOrder.LITTLE_ENDIAN);
        position = 0;
        long[] places = new long[frames];
        ByteBuffer extended = ByteBuffer.wrap(
                        header.bytes(Tag.ExtendedOffsetTable).orElse(new byte[0]))
                .order(ByteOrder.LITTLE_ENDIAN);
        if (extended.remaining() >= 8L * frames) {
            extended.asLongBuffer().get(places);
        } else if (table.remaining() >= 4L * frames) {
            for (int i = 0; i < frames; i++) {
                places[i] = Integer.toUnsignedLong(table.getInt());
            }
        } else {
            // a single frame is everything
            return frames == 1 ? new long[] {0} : new long[0];
        }
        return places;
    }

    /** Without a table, PS3.5 A.4: a fragment that begins with a codestream's first marker begins a frame; RLE has one each. */
    private byte[] byMarkers(int number) throws IOException {
        boolean rle = reader.transferSyntax().equals(Uid.RLELossless);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        while (ahead != null || nextFragment()) {
            byte[] fragment = ahead == null ? fragment() : ahead;
            ahead = null;
            if (rle || startsCodestream(fragment)) {
                begun++;
            }
            if (begun > number) {
                ahead = fragment;
                begun--;
                break;
            }
            if (begun == number) {
                frame.writeBytes(fragment);
            }
        }
        if (frame.size() == 0) {
            throw new DicomFormatException("Pixel Data without an offset table cannot be divided into its frames");
        }
        return frame.toByteArray();
    }

    private static boolean startsCodestream(byte[] fragment) {
        return fragment.length > 1
                && fragment[0] == (byte) 0xff
                && (fragment[1] == (byte) 0xd8 || fragment[1] == (byte) 0x4f);
    }

    /** Passes the tag and the length of the next item. */
    private boolean nextFragment() throws IOException {
        int tag = reader.itemTag();
        fragmentLength = reader.itemLength();
        position += 8;
        if (tag == Tag.SequenceDelimitationItem) {
            return false;
        }
        if (tag != Tag.Item || fragmentLength < 0 || fragmentLength > MAX_FRAME) {
            throw new DicomFormatException("Pixel Data: expected a fragment, got " + Dictionary.describe(tag));
        }
        return true;
    }

    private byte[] fragment() throws IOException {
        byte[] fragment = in.readNBytes(fragmentLength);
        if (fragment.length < fragmentLength) {
            throw new EOFException();
        }
        position += fragmentLength;
        return fragment;
    }
}

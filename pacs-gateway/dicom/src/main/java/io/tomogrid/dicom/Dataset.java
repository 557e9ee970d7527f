package io.tomogrid.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A Data Set in memory: elements in ascending order of their (unsigned) tags, PS3.5 section 7. Values are kept as the
 * bytes that were received, so that a data set that is read and written again is the same to the bit. Readers are
 * tolerant (padding, missing elements); {@code put} is strict.
 *
 * <p>Not thread-safe while it is being built.
 */
public final class Dataset implements Iterable<Element> {
    private final TreeMap<Integer, Element> elements = new TreeMap<>(Integer::compareUnsigned);
    /** Of an item: it came with its length instead of a delimiter, and is written so. */
    private boolean definedLength;

    boolean definedLength() {
        return definedLength;
    }

    void setDefinedLength(boolean definedLength) {
        this.definedLength = definedLength;
    }

    @Override
    public Iterator<Element> iterator() {
        return elements().iterator();
    }

    public Collection<Element> elements() {
        return java.util.Collections.unmodifiableCollection(elements.values());
    }

    public boolean isEmpty() {
        return elements.isEmpty();
    }

    public int size() {
        return elements.size();
    }

    public boolean contains(int tag) {
        return elements.containsKey(tag);
    }

    public Optional<Element> get(int tag) {
        return Optional.ofNullable(elements.get(tag));
    }

    /** Adds or replaces. */
    public Dataset put(Element element) {
        elements.put(element.tag(), element);
        return this;
    }

    public Dataset remove(int tag) {
        elements.remove(tag);
        return this;
    }

    /**
     * Copies every element of the other data set whose tag is given and present there. Sequences are written as all that we
     * write, with delimiters: what is made of a source does not depend on how the source was encoded.
     */
    public Dataset copyFrom(Dataset other, int... tags) {
        for (int tag : tags) {
            other.get(tag).map(Dataset::delimited).ifPresent(this::put);
        }
        return this;
    }

    private static Element delimited(Element element) {
        if (!(element instanceof Element.Items sequence)) {
            return element;
        }
        return new Element.Items(
                sequence.tag(),
                sequence.items().stream().map(Dataset::delimited).toList());
    }

    private static Dataset delimited(Dataset item) {
        Dataset copy = new Dataset();
        item.forEach(element -> copy.put(delimited(element)));
        return copy;
    }

    // ---- reading

    /** The raw value bytes, or empty when the element is absent, a sequence or encapsulated. */
    public Optional<byte[]> bytes(int tag) {
        return elements.get(tag) instanceof Element.Value v ? Optional.of(v.value()) : Optional.empty();
    }

    /** First value as text, without padding; empty when absent or of zero length. */
    public Optional<String> string(int tag) {
        List<String> all = strings(tag);
        return all.isEmpty() || all.get(0).isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    /** All values as text, without padding. Binary values are written as decimal numbers. */
    public List<String> strings(int tag) {
        if (!(elements.get(tag) instanceof Element.Value v) || v.value().length == 0) {
            return List.of();
        }
        if (v.vr().kind() == VR.Kind.BINARY) {
            return Arrays.stream(doubles(tag)).mapToObj(Dataset::plain).toList();
        }
        return SpecificCharacterSet.of(this).decode(v.vr(), v.value());
    }

    /** First value as a whole number; empty when absent or not a number. */
    public OptionalInt intValue(int tag) {
        double[] all = doubles(tag);
        return all.length == 0 ? OptionalInt.empty() : OptionalInt.of((int) (long) all[0]);
    }

    public int[] ints(int tag) {
        return Arrays.stream(doubles(tag)).mapToInt(d -> (int) (long) d).toArray();
    }

    /** First value as a number; empty when absent or not a number. */
    public OptionalDouble doubleValue(int tag) {
        double[] all = doubles(tag);
        return all.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(all[0]);
    }

    /** All values as numbers (DS, IS and every binary VR; AT as unsigned tag); empty when any is not a number. */
    public double[] doubles(int tag) {
        if (!(elements.get(tag) instanceof Element.Value v)) {
            return new double[0];
        }
        return Numbers.decode(v.vr(), v.value());
    }

    /** The items of a sequence, or an empty list. */
    public List<Dataset> items(int tag) {
        return elements.get(tag) instanceof Element.Items s ? s.items() : List.of();
    }

    /** The first item of a sequence. */
    public Optional<Dataset> item(int tag) {
        return items(tag).stream().findFirst();
    }

    // ---- writing; the VR comes from the dictionary

    /** @throws IllegalArgumentException if the tag is not in the dictionary or its VR is not textual */
    public Dataset put(int tag, String... values) {
        VR vr = Dictionary.vr(tag);
        if (vr.kind() != VR.Kind.TEXT && vr.kind() != VR.Kind.SPECIFIC_TEXT) {
            throw new IllegalArgumentException(Dictionary.describe(tag) + ": VR " + vr + " takes no text");
        }
        return put(new Element.Value(tag, vr, SpecificCharacterSet.of(this).encode(vr, values)));
    }

    /** @throws IllegalArgumentException if the VR is neither IS, DS nor binary, or a value is out of its range */
    public Dataset put(int tag, int... values) {
        return put(tag, Arrays.stream(values).asDoubleStream().toArray());
    }

    /** @throws IllegalArgumentException if the VR is neither IS, DS nor binary, or a value is out of its range */
    public Dataset put(int tag, double... values) {
        VR vr = Dictionary.vr(tag);
        return put(new Element.Value(tag, vr, Numbers.encode(tag, vr, values)));
    }

    public Dataset putBytes(int tag, VR vr, byte[] value) {
        return put(new Element.Value(tag, vr, value));
    }

    /** Zero-length value: the attribute is of type 2 and not known. */
    public Dataset putEmpty(int tag) {
        VR vr = Dictionary.vr(tag);
        return put(vr == VR.SQ ? new Element.Items(tag, List.of()) : new Element.Value(tag, vr, new byte[0]));
    }

    public Dataset putItems(int tag, Dataset... items) {
        return putItems(tag, List.of(items));
    }

    public Dataset putItems(int tag, List<Dataset> items) {
        return put(new Element.Items(tag, List.copyOf(items)));
    }

    static String plain(double d) {
        return d == Math.rint(d) && Math.abs(d) < 1e15 ? Long.toString((long) d) : Double.toString(d);
    }

    static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    static ByteBuffer little(byte[] b) {
        return ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Same tags, VRs and values (byte for byte, sequences item by item). */
    @Override
    public boolean equals(Object o) {
        return o instanceof Dataset d && Elements.same(this, d);
    }

    @Override
    public int hashCode() {
        return elements.keySet().hashCode();
    }

    /** Number of elements only: values may be patient data. */
    @Override
    public String toString() {
        return "Dataset[" + elements.size() + " elements]";
    }
}

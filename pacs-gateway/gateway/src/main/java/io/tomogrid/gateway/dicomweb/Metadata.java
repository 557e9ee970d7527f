package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.json.DicomJsonWriter;
import io.tomogrid.gateway.dicomweb.StoredInstances.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** Writes the metadata of instances, PS3.18 section 10.4.1.1.2: everything but large values, which have a URI. */
final class Metadata {
    private static final int LARGEST_INLINE = 1024;

    private final Rendition renditions;

    Metadata(Rendition renditions) {
        this.renditions = renditions;
    }

    /** @param root address of the service, to which the paths of bulk data are appended */
    void write(List<Stored> instances, String root, OutputStream out) throws IOException {
        Stored[] present = new Stored[1];
        // closed only when all went well: closing ends the array, and half an answer would look like a whole one
        DicomJsonWriter json =
                DicomJsonWriter.array(out, (path, element) -> uri(root + present[0].path(), path, element));
        for (Stored stored : instances) {
            present[0] = stored;
            json.add(header(stored));
        }
        json.close();
    }

    private static Optional<String> uri(String instance, String path, Element element) {
        boolean small = element instanceof Element.Value value && value.value().length <= LARGEST_INLINE;
        return small ? Optional.empty() : Optional.of(instance + "/bulkdata/" + path);
    }

    /** Every element before Pixel Data, which stands there without its value. */
    private Dataset header(Stored stored) throws IOException {
        try (InputStream in = renditions.open(stored)) {
            Dataset header = DatasetReader.readUntil(in, stored.transferSyntax(), ReadLimits.HEADER, Tag.PixelData);
            boolean image = header.contains(Tag.Rows)
                    && !header.contains(Tag.FloatPixelData)
                    && !header.contains(Tag.DoubleFloatPixelData);
            return image ? header.put(new Element.Fragments(Tag.PixelData, VR.OW, List.of())) : header;
        }
    }
}

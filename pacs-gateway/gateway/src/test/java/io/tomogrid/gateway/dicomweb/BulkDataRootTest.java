package io.tomogrid.gateway.dicomweb;

import static org.assertj.core.api.Assertions.assertThat;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.json.DicomJsonWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The address that comes before bulk data URIs, wherever the bytes are cut. */
class BulkDataRootTest {
    private static final String ROOT = "http://127.0.0.1:8080/dicom-web";

    /** WEB-09: values that look like a member are left as they are. */
    @Test
    void every_uri_gets_the_root_and_no_value_does() throws IOException {
        Dataset dataset = new Dataset()
                .put(Tag.StudyDescription, "\"BulkDataURI\":\"/studies/1")
                .put(Tag.SeriesDescription, "\"\"BulkDataURI\":")
                .putBytes(Tag.RedPaletteColorLookupTableData, VR.OW, new byte[2000])
                .putBytes(Tag.PixelData, VR.OW, new byte[2000]);
        long seed = 5;
        Random random = new Random(seed);
        byte[] bare = json(dataset, "");
        for (int run = 0; run < 200; run++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BulkDataRoot root = new BulkDataRoot(ROOT, out);
            for (int at = 0; at < bare.length; ) {
                int length = Math.min(bare.length - at, random.nextInt(20));
                root.write(bare, at, length);
                at += length;
            }
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .as("seed %d, run %d", seed, run)
                    .isEqualTo(new String(json(dataset, ROOT), StandardCharsets.UTF_8));
        }
    }

    private static byte[] json(Dataset dataset, String root) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DicomJsonWriter.write(out, dataset, (path, element) -> Optional.of(root + "/studies/1.2/bulkdata/" + path));
        return out.toByteArray();
    }
}

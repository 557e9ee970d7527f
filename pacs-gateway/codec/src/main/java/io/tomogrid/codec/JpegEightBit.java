package io.tomogrid.codec;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** JPEG by DCT of 8 bits, Baseline, Extended or progressive, by the JDK's reader; colours are left as they are coded. */
final class JpegEightBit {
    /** What libjpeg says of bytes between segments that no pixel depends on; all else that it warns of is damage. */
    private static final String HARMLESS = "extraneous bytes";

    private JpegEightBit() {}

    /** @param cells of the frame's size, filled */
    static void decode(byte[] codestream, PixelFormat format, Cells cells) throws UndecodableException {
        Raster raster = read(codestream);
        Cells.check("JPEG", format, raster.getWidth(), raster.getHeight(), raster.getNumBands(), 8);
        int[] line = new int[format.columns() * format.samples()];
        for (int y = 0; y < format.rows(); y++) {
            raster.getPixels(0, y, format.columns(), 1, line);
            for (int n = 0; n < line.length; n++) {
                cells.put(y * line.length + n, line[n]);
            }
        }
    }

    private static Raster read(byte[] codestream) throws UndecodableException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        StringBuilder damage = new StringBuilder();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(codestream))) {
            reader.addIIOReadWarningListener((source, warning) -> {
                if (!warning.contains(HARMLESS)) {
                    damage.append(": ").append(warning);
                }
            });
            reader.setInput(in, true, true);
            Raster raster = reader.readRaster(0, null);
            if (!damage.isEmpty()) {
                throw new UndecodableException("the JPEG codestream is damaged" + damage);
            }
            return raster;
        } catch (UndecodableException known) {
            throw known;
        } catch (IOException | RuntimeException refused) {
            // the reader answers some malformed headers with exceptions of the array or the colour model
            throw new UndecodableException("the JPEG codestream is damaged: " + refused.getMessage(), refused);
        } finally {
            reader.dispose();
        }
    }
}

package io.tomogrid.inference.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** FND-09: the trained model in ONNX Runtime beside what PyTorch made of the same patch of a held-back phantom. */
class LesionModelTest {
    private static final Path FOLDER = Path.of("..", "training", "lesion-unet");
    private static final double AGREEMENT = 1e-4;

    private static OrtEnvironment environment;
    private static OrtSession session;

    @BeforeAll
    static void load() throws OrtException {
        environment = OrtEnvironment.getEnvironment();
        environment.setTelemetry(false);
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            session = environment.createSession(FOLDER.resolve("model.onnx").toString(), options);
        }
    }

    @AfterAll
    static void close() throws OrtException {
        session.close();
    }

    /** A NumPy file, version 1, of little-endian floats or of bytes. */
    private record Npy(long[] shape, ByteBuffer data) {
        static Npy read(Path file) throws IOException {
            ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int header = all.getShort(8);
            String text = new String(all.array(), 10, header, StandardCharsets.US_ASCII);
            assertThat(text).contains("'fortran_order': False").containsAnyOf("'<f4'", "'|u1'");
            String extents = text.substring(text.indexOf('(') + 1, text.indexOf(')'));
            long[] shape = Arrays.stream(extents.split(","))
                    .mapToLong(extent -> Long.parseLong(extent.strip()))
                    .toArray();
            return new Npy(shape, all.position(10 + header).slice().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private record Answer(float[] probability, byte[] mask) {}

    private static Answer run(long[] shape, FloatBuffer suv, FloatBuffer hu) throws OrtException {
        try (OnnxTensor pet = OnnxTensor.createTensor(environment, suv, shape);
                OnnxTensor ct = OnnxTensor.createTensor(environment, hu, shape);
                OrtSession.Result result = session.run(Map.of("suv", pet, "hu", ct))) {
            OnnxTensor probability = (OnnxTensor) result.get("probability").orElseThrow();
            OnnxTensor mask = (OnnxTensor) result.get("mask").orElseThrow();
            assertThat(probability.getInfo().getShape()).isEqualTo(shape);
            float[] values = new float[Math.toIntExact(shape[0] * shape[1] * shape[2])];
            probability.getFloatBuffer().get(values);
            byte[] marked = new byte[values.length];
            mask.getByteBuffer().get(marked);
            return new Answer(values, marked);
        }
    }

    @Test
    void onnx_runtime_gives_what_pytorch_gave() throws Exception {
        Npy suv = Npy.read(FOLDER.resolve("golden/inputs/suv.npy"));
        Npy hu = Npy.read(FOLDER.resolve("golden/inputs/hu.npy"));
        FloatBuffer expected = Npy.read(FOLDER.resolve("golden/outputs/probability.npy"))
                .data()
                .asFloatBuffer();
        ByteBuffer mask = Npy.read(FOLDER.resolve("golden/outputs/mask.npy")).data();
        Answer answer = run(suv.shape(), suv.data().asFloatBuffer(), hu.data().asFloatBuffer());
        double worst = 0;
        int lesion = 0;
        for (int n = 0; n < answer.probability().length; n++) {
            double difference = Math.abs(answer.probability()[n] - expected.get(n));
            worst = Math.max(worst, difference);
            lesion += mask.get(n);
            if (Math.abs(expected.get(n) - 0.5) > AGREEMENT) {
                assertThat(answer.mask()[n]).isEqualTo(mask.get(n));
            }
        }
        System.out.println("largest difference to PyTorch over " + answer.probability().length + " voxels: " + worst);
        assertThat(worst).isLessThan(AGREEMENT);
        assertThat(lesion).as("the example shows a lesion").isPositive();
    }

    /** Other extents than those it was exported with; 4 mm voxels. */
    @Test
    void a_hot_sphere_in_soft_tissue_is_marked_and_the_tissue_is_not() throws Exception {
        long[] shape = {32, 28, 40};
        FloatBuffer suv = FloatBuffer.allocate(32 * 28 * 40);
        FloatBuffer hu = FloatBuffer.allocate(suv.capacity());
        double[] distance = new double[suv.capacity()];
        for (int n = 0; n < distance.length; n++) {
            int z = n / (28 * 40) - 16;
            int y = n / 40 % 28 - 14;
            int x = n % 40 - 20;
            distance[n] = 4 * Math.sqrt(z * z + y * y + x * x);
            // a sphere of 20 mm, blurred at its edge as a scanner does
            suv.put(n, (float) (0.7 + 7.3 / (1 + Math.exp((distance[n] - 10) / 2))));
            hu.put(n, 40);
        }
        Answer answer = run(shape, suv, hu);
        for (int n = 0; n < distance.length; n++) {
            boolean marked = answer.mask()[n] != 0;
            assertThat(marked).isEqualTo(answer.probability()[n] >= 0.5);
            if (distance[n] <= 5) {
                assertThat(marked).as("within").isTrue();
            }
            if (distance[n] > 24) {
                assertThat(marked).as("%s mm away", distance[n]).isFalse();
            }
        }
    }
}

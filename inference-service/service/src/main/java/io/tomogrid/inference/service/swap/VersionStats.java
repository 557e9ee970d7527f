package io.tomogrid.inference.service.swap;

import io.tomogrid.imaging.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** What a version has answered so far. Thread-safe. */
final class VersionStats {
    /** As many latencies are remembered; a median of more tells no more. */
    private static final int REMEMBERED = 256;
    /** Values of an output that are looked at, evenly spread over it. */
    private static final int SAMPLED = 4096;

    private final long[] nanos = new long[REMEMBERED];
    private long answers;
    private long errors;
    private String lastError = "";
    private long summaries;
    private double mean;
    private double squares;

    /** @param summary of the first output, see {@link #summary} */
    record View(long answers, long errors, String lastError, Duration median, Duration p99, Drift summary) {
        double errorRate() {
            return answers + errors == 0 ? 0 : (double) errors / (answers + errors);
        }
    }

    /** Mean and standard deviation over so many answers of the mean of their first output. */
    record Drift(long answers, double mean, double deviation) {}

    synchronized void answered(long tookNanos) {
        nanos[(int) (answers % REMEMBERED)] = tookNanos;
        answers++;
        notifyAll();
    }

    synchronized void summed(double summary) {
        summaries++;
        double delta = summary - mean;
        mean += delta / summaries;
        squares += delta * (summary - mean);
    }

    synchronized void failed(String reason) {
        errors++;
        lastError = reason;
        notifyAll();
    }

    synchronized long requests() {
        return answers + errors;
    }

    synchronized View view() {
        int n = (int) Math.min(answers, REMEMBERED);
        long[] sorted = Arrays.copyOf(nanos, n);
        Arrays.sort(sorted);
        return new View(
                answers,
                errors,
                lastError,
                Duration.ofNanos(n == 0 ? 0 : sorted[n / 2]),
                Duration.ofNanos(n == 0 ? 0 : sorted[(int) Math.ceil(n * 0.99) - 1]),
                new Drift(summaries, mean, summaries < 2 ? 0 : Math.sqrt(squares / (summaries - 1))));
    }

    /** Waits until something was recorded, but not for long. */
    synchronized void awaitNews(Duration patience) throws InterruptedException {
        wait(Math.max(1, patience.toMillis()));
    }

    /** @return the mean of evenly spread values of the first output; NaN if one of them is not finite */
    static double summary(Map<String, Tensor> outputs) {
        Tensor first = outputs.values().iterator().next();
        ByteBuffer data = first.data();
        int n = data.remaining() / first.type().bytes();
        int stride = Math.max(1, n / SAMPLED);
        double sum = 0;
        int seen = 0;
        for (int i = 0; i < n; i += stride, seen++) {
            sum += switch (first.type()) {
                case BOOL, UINT8 -> data.get(i) & 0xff;
                case INT8 -> data.get(i);
                case INT16 -> data.getShort(2 * i);
                case INT32 -> data.getInt(4 * i);
                case INT64 -> data.getLong(8 * i);
                case FP32 -> data.getFloat(4 * i);
                case FP64 -> data.getDouble(8 * i);
            };
        }
        double mean = seen == 0 ? 0 : sum / seen;
        return Double.isFinite(mean) ? mean : Double.NaN;
    }

    /** @return the name of an output with a value that is not finite, or an empty string */
    static String notFinite(Map<String, Tensor> outputs) {
        for (var output : outputs.entrySet()) {
            if (output.getValue().type() == Tensor.Type.FP32) {
                FloatBuffer values = output.getValue().data().asFloatBuffer();
                // 0 for a finite value, NaN for any other; NaN stays
                float sum = 0;
                for (int i = 0; i < values.limit(); i++) {
                    sum += values.get(i) * 0f;
                }
                if (Float.isNaN(sum)) {
                    return output.getKey();
                }
            } else if (output.getValue().type() == Tensor.Type.FP64) {
                ByteBuffer data = output.getValue().data();
                for (int i = 0; i < data.limit(); i += Double.BYTES) {
                    if (!Double.isFinite(data.getDouble(i))) {
                        return output.getKey();
                    }
                }
            }
        }
        return "";
    }
}

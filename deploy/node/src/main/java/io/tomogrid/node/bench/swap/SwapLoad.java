package io.tomogrid.node.bench.swap;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.client.Caller;
import io.tomogrid.inference.client.InferenceClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that ask without a pause, each study by study, several requests a study with one pin. Every answer is held
 * against the version that it names, and every study against the version that it began with.
 */
public final class SwapLoad implements AutoCloseable {
    private static final int REQUESTS = 3;
    private static final int KEPT = 20;

    private final InferenceClient client;
    private final int extent;
    private final ExecutorService pool;
    private final List<Future<?>> users = new ArrayList<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<List<Sample>> ofUsers = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong mixed = new AtomicLong();
    private volatile boolean stop;

    /** One answer. @param began by {@link System#nanoTime} @param nanos how long it took */
    public record Sample(long began, long nanos, String version) {}

    /** @param clients how many at once @param extent of the cubes that they send, voxels */
    public SwapLoad(InferenceClient client, int clients, int extent) {
        this.client = client;
        this.extent = extent;
        pool = Executors.newFixedThreadPool(clients);
        for (int user = 0; user < clients; user++) {
            int id = user;
            List<Sample> own = new ArrayList<>();
            ofUsers.add(own);
            users.add(pool.submit(() -> ask(id, own)));
        }
    }

    private void ask(int user, List<Sample> own) {
        float[] voxels = new float[extent * extent * extent];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = i % 97;
        }
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(voxels, extent, extent, extent));
        for (long study = 0; !stop; study++) {
            String uid = "2.25." + user + "." + study;
            try (InferenceClient asking = client.asking(Caller.of(uid, uid))) {
                String first = "";
                for (int request = 0; request < REQUESTS && !stop; request++) {
                    long began = System.nanoTime();
                    InferenceClient.Answer answer = asking.infer(SwapModels.NAME, inputs);
                    own.add(new Sample(began, System.nanoTime() - began, answer.modelVersion()));
                    first = first.isEmpty() ? answer.modelVersion() : first;
                    if (!first.equals(answer.modelVersion()) || !isOf(answer, voxels)) {
                        mixed.incrementAndGet();
                    }
                }
            } catch (IOException e) {
                failed.incrementAndGet();
                if (failures.size() < KEPT) {
                    failures.add(e.toString());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Version k.0.0 multiplies by k. */
    private static boolean isOf(InferenceClient.Answer answer, float[] voxels) {
        float factor = Float.parseFloat(
                answer.modelVersion().substring(0, answer.modelVersion().indexOf('.')));
        float[] y = answer.outputs().get("y").floats();
        for (int i = 0; i < y.length; i++) {
            if (y[i] != factor * voxels[i]) {
                return false;
            }
        }
        return y.length == voxels.length;
    }

    /** Lets what is under way end. */
    public void stop() throws IOException {
        stop = true;
        pool.shutdown();
        try {
            for (Future<?> user : users) {
                user.get();
            }
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException("a client of the load broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the load ended", e);
        }
        ofUsers.forEach(samples::addAll);
    }

    /** Every answer; after {@link #stop}. */
    public List<Sample> samples() {
        return List.copyOf(samples);
    }

    public long failed() {
        return failed.get();
    }

    /** Answers that were not those of the version that they name, or of another one than the study began with. */
    public long mixed() {
        return mixed.get();
    }

    /** The first reasons of failures. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** @param p 0 to 1 @return milliseconds; NaN of nothing */
    public static double percentile(List<Sample> samples, double p) {
        double[] sorted = samples.stream().mapToDouble(s -> s.nanos() / 1e6).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
    }

    @Override
    public void close() {
        stop = true;
        pool.shutdownNow();
    }
}

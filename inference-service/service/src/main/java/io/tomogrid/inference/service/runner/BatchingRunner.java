package io.tomogrid.inference.service.runner;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Runs requests of the same shape that come at about the same time as one. The first of them waits a bounded time for
 * others and runs for all; where the batch fails each is run alone, so that nobody fails by another's fault.
 */
final class BatchingRunner implements ModelRunner {
    private final ModelRunner runner;
    private final int most;
    private final long delayNanos;
    private final Map<String, Batch> open = new HashMap<>();

    /** @param most requests in one run @param delay longest that the first one waits */
    BatchingRunner(ModelRunner runner, int most, Duration delay) {
        this.runner = runner;
        this.most = most;
        this.delayNanos = delay.toNanos();
    }

    /** Whether the first extent of every input and output is the number of items, which any number is taken of. */
    static boolean batches(ModelPackage pack) {
        return java.util.stream.Stream.concat(pack.contract().inputs().stream(), pack.contract().outputs().stream())
                .allMatch(port -> port.shape().size() >= 4 && port.shape().get(0) == -1);
    }

    /** Requests that run together; a batch without an answer runs one by one. */
    private static final class Batch {
        private final List<Map<String, Tensor>> members = new ArrayList<>();
        private final CompletableFuture<Optional<List<Map<String, Tensor>>>> answers = new CompletableFuture<>();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException, RunnerLost {
        String shape = shape(inputs);
        Batch batch;
        int place;
        synchronized (open) {
            batch = open.computeIfAbsent(shape, key -> new Batch());
            place = batch.members.size();
            batch.members.add(inputs);
            if (batch.members.size() == most) {
                open.remove(shape);
                open.notifyAll();
            }
        }
        try {
            if (place == 0) {
                gather(shape, batch);
                lead(batch);
            }
            Optional<List<Map<String, Tensor>>> answers = batch.answers.get();
            return answers.isPresent() ? answers.get().get(place) : runner.run(inputs);
        } catch (InterruptedException e) {
            batch.answers.complete(Optional.empty());
            Thread.currentThread().interrupt();
            throw new ModelException("interrupted while others were waited for", e);
        } catch (ExecutionException e) {
            throw new ModelException("a batch broke: " + e.getMessage(), e);
        }
    }

    private void gather(String shape, Batch batch) throws InterruptedException {
        long deadline = System.nanoTime() + delayNanos;
        synchronized (open) {
            for (long left = delayNanos; open.get(shape) == batch && left > 0; left = deadline - System.nanoTime()) {
                open.wait(left / 1_000_000, (int) (left % 1_000_000));
            }
            open.remove(shape, batch);
        }
    }

    private void lead(Batch batch) {
        Optional<List<Map<String, Tensor>>> answers = Optional.empty();
        try {
            if (batch.members.size() > 1) {
                answers = Optional.of(split(runner.run(join(batch.members)), batch.members));
            }
        } catch (ModelException | RunnerLost alone) {
            answers = Optional.empty();
        } finally {
            batch.answers.complete(answers);
        }
    }

    private static String shape(Map<String, Tensor> inputs) {
        return new java.util.TreeMap<>(inputs).toString();
    }

    private static Map<String, Tensor> join(List<Map<String, Tensor>> members) {
        Map<String, Tensor> joined = new LinkedHashMap<>();
        for (String name : members.get(0).keySet()) {
            Tensor first = members.get(0).get(name);
            int bytes = first.data().remaining();
            ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(bytes, members.size()));
            members.forEach(member -> data.put(member.get(name).data()));
            long[] shape = first.shape();
            shape[0] *= members.size();
            joined.put(name, new Tensor(first.type(), shape, data.flip()));
        }
        return joined;
    }

    private static List<Map<String, Tensor>> split(Map<String, Tensor> outputs, List<Map<String, Tensor>> members)
            throws ModelException {
        List<Map<String, Tensor>> parts = new ArrayList<>();
        for (int place = 0; place < members.size(); place++) {
            Map<String, Tensor> part = new LinkedHashMap<>();
            for (var output : outputs.entrySet()) {
                long[] shape = output.getValue().shape();
                if (shape[0] % members.size() != 0) {
                    throw new ModelException("output " + output.getKey() + " does not have one item for each asked");
                }
                shape[0] /= members.size();
                ByteBuffer data = output.getValue().data();
                int bytes = data.remaining() / members.size();
                part.put(
                        output.getKey(), new Tensor(output.getValue().type(), shape, data.slice(place * bytes, bytes)));
            }
            parts.add(part);
        }
        return parts;
    }

    @Override
    public ModelPackage pack() {
        return runner.pack();
    }

    @Override
    public ModelRunner network() {
        return runner.network();
    }

    @Override
    public void endRuns() {
        runner.endRuns();
    }

    @Override
    public long pid() {
        return runner.pid();
    }

    @Override
    public void close() {
        runner.close();
    }
}

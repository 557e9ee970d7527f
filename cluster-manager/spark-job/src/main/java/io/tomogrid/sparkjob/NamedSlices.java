package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import io.tomogrid.slices.SliceKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.resource.ExecutorResourceRequests;
import org.apache.spark.resource.ResourceProfile;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/** On our own Workers: a task asks for one executor with the resource that its slice key names. */
final class NamedSlices implements Placing {
    private final String executorMemory;
    /** Spark finds a warm executor by the profile's identity: a new profile of equal content would start a new one. */
    private final Map<SliceKey, ResourceProfile> profiles = new ConcurrentHashMap<>();

    /** @param executorMemory heap of an executor in Spark's notation, e.g. {@code 3g} */
    NamedSlices(String executorMemory) {
        this.executorMemory = executorMemory;
    }

    @Override
    public JavaRDD<ReconstructionTask> place(JavaSparkContext spark, ReconstructionTask task) {
        return spark.parallelize(List.of(task), 1)
                .withResources(profiles.computeIfAbsent(task.lease().key(), this::profile));
    }

    @Override
    public void cancel(TaskId id) {
        // what Spark waits for is ended by its job group
    }

    @Override
    public void forget(TaskId id) {
        // nothing is kept of a task
    }

    private ResourceProfile profile(SliceKey slice) {
        return new ResourceProfileBuilder()
                .require(new ExecutorResourceRequests()
                        .cores(1)
                        .memory(executorMemory)
                        .resource(slice.toString(), 1, "", ""))
                .require(new TaskResourceRequests().cpus(1).resource(slice.toString(), 1))
                .build();
    }
}

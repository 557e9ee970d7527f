package io.tomogrid.sparkjob;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/** Hears from Spark of executors that are lost under a task, and of which job group it was. */
final class LostExecutors extends SparkListener {
    private static final String GROUP = "spark.jobGroup.id";

    private final Map<Integer, String> groups = new ConcurrentHashMap<>();
    private final Map<String, String> reasons = new ConcurrentHashMap<>();
    private final Consumer<String> end;

    /** @param end ends a job group */
    LostExecutors(Consumer<String> end) {
        this.end = end;
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
        CollectionConverters.asJava(start.stageIds())
                .forEach(stage -> groups.put((Integer) stage, start.properties().getProperty(GROUP)));
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
        String group = groups.get(task.stageId());
        if (group != null && task.reason() instanceof ExecutorLostFailure lost) {
            reasons.put(group, lost.toErrorString());
            end.accept(group);
        }
    }

    /** Why the group's executor was lost, if it was. */
    Optional<String> of(String group) {
        return Optional.ofNullable(reasons.get(group));
    }

    void forget(String group) {
        reasons.remove(group);
        groups.values().removeIf(group::equals);
    }
}

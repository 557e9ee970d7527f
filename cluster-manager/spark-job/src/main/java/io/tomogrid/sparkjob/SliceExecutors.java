package io.tomogrid.sparkjob;

import io.tomogrid.slices.SliceKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Which executor has which slice. Sends the idle one away before its idle timeout when somebody needs its GPU cut in another
 * way, by the call that Spark's own dynamic allocation makes.
 */
final class SliceExecutors extends SparkListener {
    private static final Logger log = LoggerFactory.getLogger(SliceExecutors.class);

    private final SparkContext spark;
    /** Executor ids by the names of the resources that they have. */
    private final Map<String, String> executors = new ConcurrentHashMap<>();

    SliceExecutors(SparkContext spark) {
        this.spark = spark;
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded added) {
        CollectionConverters.asJava(added.executorInfo().resourcesInfo())
                .keySet()
                .forEach(resource -> executors.put(resource, added.executorId()));
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        executors.values().remove(removed.executorId());
    }

    /** Ends the executor on a slice unless it works; none there is as well. Its lock goes with its process. */
    void vacate(SliceKey slice) {
        String executor = executors.get(slice.toString());
        if (executor != null && spark.schedulerBackend() instanceof ExecutorAllocationClient client) {
            boolean goes = !client.killExecutors(
                            CollectionConverters.asScala(List.of(executor)).toSeq(), false, false, false)
                    .isEmpty();
            log.info("executor {} on {}: {}", executor, slice, goes ? "is sent away" : "works, or goes already");
        }
    }
}

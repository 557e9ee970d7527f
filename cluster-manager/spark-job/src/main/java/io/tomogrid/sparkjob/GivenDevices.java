package io.tomogrid.sparkjob;

import io.tomogrid.cluster.contract.ReconstructionTask;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * On a cluster that is not ours: which executor was given which device. A task waits until one has its lease's device and goes
 * there by Spark's preferred location; one that goes astray is refused by the executor.
 */
final class GivenDevices extends SparkListener implements Placing {
    private static final Logger log = LoggerFactory.getLogger(GivenDevices.class);

    private static final long LOOK_MILLIS = 20;

    /** Executors by device; guarded by this. */
    private final Map<String, String> given = new HashMap<>();
    /** Guarded by this. */
    private final Set<TaskId> cancelled = new HashSet<>();

    /** An executor tells what it was given. */
    synchronized void add(DeviceGiven executor) {
        given.put(executor.device(), executor.executor());
        log.info("executor {} was given device {}", executor.executor(), executor.device());
        notifyAll();
    }

    @Override
    public synchronized void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
        given.values().removeIf(removed.executorId()::equals);
    }

    @Override
    public JavaRDD<ReconstructionTask> place(JavaSparkContext spark, ReconstructionTask task) throws SliceJobs.Lost {
        List<String> there = List.of(await(spark, task));
        var partition = new Tuple2<>(task, CollectionConverters.asScala(there).toSeq());
        ClassTag<ReconstructionTask> tag = ClassTag$.MODULE$.apply(ReconstructionTask.class);
        return spark.sc()
                .makeRDD(CollectionConverters.asScala(List.of(partition)).toSeq(), tag)
                .toJavaRDD();
    }

    @Override
    public synchronized void cancel(TaskId id) {
        cancelled.add(id);
        notifyAll();
    }

    @Override
    public synchronized void forget(TaskId id) {
        cancelled.remove(id);
    }

    /** Where the executor with the task's device is, in the form of Spark's TaskLocation. */
    private synchronized String await(JavaSparkContext spark, ReconstructionTask task) throws SliceJobs.Lost {
        String device = task.lease().deviceUuid();
        while (true) {
            String executor = given.get(device);
            Optional<String> host = executor == null ? Optional.empty() : host(spark.sc(), executor);
            if (host.isPresent()) {
                return "executor_" + host.get() + "_" + executor;
            }
            if (cancelled.contains(TaskId.of(task))) {
                throw new SliceJobs.Lost("no executor of the cluster has device " + device, null);
            }
            try {
                wait(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SliceJobs.Lost("interrupted while waiting for an executor on device " + device, e);
            }
        }
    }

    /**
     * Empty unless Spark would give it a task already: where the one that is preferred is not there yet, Spark takes another.
     * Asked of Spark's own list, since executors of YARN may be there before a listener can be added.
     */
    private static Optional<String> host(SparkContext spark, String executor) {
        if (!(spark.taskScheduler() instanceof TaskSchedulerImpl scheduler) || !scheduler.isExecutorAlive(executor)) {
            return Optional.empty();
        }
        return CollectionConverters.asJava(spark.statusStore().executorList(true)).stream()
                .filter(one -> one.id().equals(executor))
                .map(one -> withoutPort(one.hostPort()))
                .findFirst();
    }

    /** The port is there once the executor has told where its blocks are. */
    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon < 0 || host.endsWith("]") ? host : host.substring(0, colon);
    }
}

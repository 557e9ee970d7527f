package io.tomogrid.sparkjob;

import io.tomogrid.slices.SliceKey;
import java.io.Serializable;

/** Sent by an executor to the driver over Spark's own connection when a task begins a stage. */
record StageReport(TaskId task, SliceKey slice, String stage) implements Serializable {}

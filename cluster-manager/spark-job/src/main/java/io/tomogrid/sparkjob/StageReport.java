package io.tomogrid.sparkjob;

import java.io.Serializable;

/** Sent by an executor to the driver over Spark's own connection when a task begins a stage. */
record StageReport(TaskId task, String stage) implements Serializable {}

package io.tomogrid.sparkjob;

import java.io.Serializable;

/**
 * Sent once by an executor of a cluster that is not ours, before its first task: which device it was given.
 *
 * @param executor its id
 * @param device what CUDA_VISIBLE_DEVICES takes
 */
record DeviceGiven(String executor, String device) implements Serializable {}

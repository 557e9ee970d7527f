/** Protocol {@code selftest}: shows that slices are given, used and given back, without a study's images. */
package io.tomogrid.sparkjob.selftest;

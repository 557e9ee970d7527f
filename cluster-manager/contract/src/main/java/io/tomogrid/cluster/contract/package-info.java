/** What crosses between the manager and the Spark driver, and what the manager tells about jobs. References, never voxels. */
package io.tomogrid.cluster.contract;

/** The long-lived Spark driver: it takes tasks over HTTP and runs each on an executor that owns exactly the leased slice. */
package io.tomogrid.sparkjob;

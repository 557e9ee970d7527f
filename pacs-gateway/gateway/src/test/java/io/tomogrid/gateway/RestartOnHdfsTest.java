package io.tomogrid.gateway;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** ING-02, ING-11, ARC-03 with the archive on HDFS. */
@Tag("cluster")
@ExtendWith(OnHdfs.class)
class RestartOnHdfsTest extends RestartTest {}

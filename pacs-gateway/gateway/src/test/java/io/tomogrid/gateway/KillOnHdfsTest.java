package io.tomogrid.gateway;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** ING-02 with the archive on HDFS: whose lease on the open segment is recovered at the start. */
@Tag("cluster")
@ExtendWith(OnHdfs.class)
class KillOnHdfsTest extends KillTest {
    @Override
    int lives() {
        return 1;
    }
}

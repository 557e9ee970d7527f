package io.tomogrid.gateway;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/** COM-01 with the archive on HDFS. */
@Tag("cluster")
@ExtendWith(OnHdfs.class)
class CommitmentOnHdfsTest extends CommitmentTest {
    /** On the data node's disk. */
    @Override
    void damage(Path home, String segment, long at) throws IOException {
        OnHdfs.hdfs().damage(OnHdfs.path(home) + "/" + segment, at);
    }
}

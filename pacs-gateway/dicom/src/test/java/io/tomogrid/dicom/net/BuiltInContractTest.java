package io.tomogrid.dicom.net;

import org.junit.jupiter.api.Nested;

/** Our own implementation at both ends. */
class BuiltInContractTest {
    private static final DimseProvider OURS = DimseProvider.builtIn();

    @Nested
    class Storage extends StorageContract {
        Storage() {
            super(OURS, OURS);
        }
    }

    @Nested
    class QueryRetrieve extends QueryRetrieveContract {
        QueryRetrieve() {
            super(OURS, OURS);
        }
    }

    @Nested
    class DamagedMessages extends DamagedMessagesContract {
        DamagedMessages() {
            super(OURS, OURS);
        }
    }

    @Nested
    class Acceptor extends AcceptorContract {
        Acceptor() {
            super(OURS, OURS);
        }
    }

    @Nested
    class PerformedSteps extends PerformedStepContract {
        PerformedSteps() {
            super(OURS, OURS);
        }
    }

    @Nested
    class Requestor extends RequestorContract {
        Requestor() {
            super(OURS, OURS);
        }
    }

    @Nested
    class Dcmtk extends DcmtkContract {
        Dcmtk() {
            super(OURS, OURS);
        }
    }
}

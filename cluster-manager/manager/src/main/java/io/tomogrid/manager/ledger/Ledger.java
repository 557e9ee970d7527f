package io.tomogrid.manager.ledger;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the ledger. The database itself writes it, in the transaction that ends a lease (V6__ledger.sql). */
@Component
public class Ledger {
    private static final int PAGE = 1000;

    private final JdbcClient jdbc;

    Ledger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What came of a look at the whole chain.
     *
     * @param entries that are good, from the first on
     * @param head hash of the last of them
     * @param fault what is wrong with the entry behind them; empty if nothing is
     */
    public record Verified(long entries, String head, String fault) {}

    /** In the order of their sequence. */
    public List<LedgerEntry> after(long sequence, int limit) {
        return jdbc.sql("select * from manager.ledger where sequence > ? order by sequence limit ?")
                .params(sequence, limit)
                .query((row, number) ->
                        new LedgerEntry(row.getLong("sequence"), row.getString("entry"), row.getString("hash")))
                .list();
    }

    /** The last ones, in the order of their sequence. */
    public List<LedgerEntry> last(int limit) {
        long most = jdbc.sql("select coalesce(max(sequence), 0) from manager.ledger")
                .query(Long.class)
                .single();
        return after(most - limit, limit);
    }

    /**
     * What a board has used since its counter was first told.
     *
     * @param joules all of it @param idle what no attempt had of it; the rest is in the entries of the leases that have ended, and
     *     comes into those of the leases that have not
     */
    public record Energy(String gpu, String uuid, double joules, double idle) {}

    /** Of the boards that have a counter. */
    public List<Energy> energy() {
        return jdbc.sql(
                        "select gpu, uuid, total_joules, idle_joules from manager.board where joules is not null order by gpu")
                .query((row, number) -> new Energy(
                        row.getString("gpu"),
                        row.getString("uuid"),
                        row.getDouble("total_joules"),
                        row.getDouble("idle_joules")))
                .list();
    }

    /** @param noted a head that was noted earlier and must still be there; empty to look for none */
    public Verified verify(String noted) {
        Chain chain = new Chain();
        boolean found = noted.isEmpty() || noted.equals(Chain.ROOT);
        for (List<LedgerEntry> page = after(0, PAGE); !page.isEmpty(); page = after(chain.length(), PAGE)) {
            for (LedgerEntry entry : page) {
                Optional<String> fault = chain.add(entry);
                if (fault.isPresent()) {
                    return new Verified(chain.length(), chain.head(), fault.get());
                }
                found |= entry.hash().equals(noted);
            }
        }
        return new Verified(
                chain.length(),
                chain.head(),
                found ? "" : "no entry has the hash " + noted + " that was noted: entries at the end are missing");
    }
}

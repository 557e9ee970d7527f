package io.tomogrid.dicom.net;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.io.IOException;
import java.util.List;

/** C-FIND, C-MOVE and C-GET as user, PS3.7 sections 9.1.2 to 9.1.4. */
final class QueryScu {
    private static final int MOST_MATCH = 16 << 20;

    private final Channel channel;
    private final Channel.Context context;
    private int messageId;
    private boolean cancelled;

    QueryScu(Channel channel, Channel.Context context) {
        this.channel = channel;
        this.context = context;
    }

    DimseStatus find(Dataset identifier, MatchConsumer matches) throws IOException {
        request(CommandSet.C_FIND_RQ, identifier, null);
        while (true) {
            Channel.Message message = response(CommandSet.C_FIND_RQ, channel.next());
            DimseStatus status = CommandSet.status(message.command());
            boolean match = CommandSet.hasDataSet(message.command());
            Dataset data = match ? channel.readDataSet(message, MOST_MATCH) : new Dataset();
            if (!status.isPending()) {
                return status;
            }
            if (match && !cancelled && !matches.match(data)) {
                cancel();
            }
        }
    }

    RetrieveResult move(Dataset identifier, String destination, RetrieveResult.Progress progress) throws IOException {
        request(CommandSet.C_MOVE_RQ, identifier, destination);
        return retrieve(CommandSet.C_MOVE_RQ, null, progress);
    }

    RetrieveResult get(Dataset identifier, StoreService store, RetrieveResult.Progress progress) throws IOException {
        request(CommandSet.C_GET_RQ, identifier, null);
        return retrieve(CommandSet.C_GET_RQ, store, progress);
    }

    private RetrieveResult retrieve(int field, StoreService store, RetrieveResult.Progress progress)
            throws IOException {
        while (true) {
            Channel.Message message = channel.next();
            if (store != null && message.field() == CommandSet.C_STORE_RQ) {
                store.serve(message);
                continue;
            }
            Dataset command = response(field, message).command();
            DimseStatus status = CommandSet.status(command);
            List<String> failed = CommandSet.hasDataSet(command)
                    ? channel.readDataSet(message, MOST_MATCH).strings(Tag.FailedSOPInstanceUIDList)
                    : List.of();
            int completed = count(command, Tag.NumberOfCompletedSuboperations);
            int failures = count(command, Tag.NumberOfFailedSuboperations);
            if (!status.isPending()) {
                return new RetrieveResult(
                        status, completed, failures, count(command, Tag.NumberOfWarningSuboperations), failed);
            }
            int remaining = count(command, Tag.NumberOfRemainingSuboperations);
            if (!cancelled && !progress.at(remaining, completed, failures)) {
                cancel();
            }
        }
    }

    private static int count(Dataset command, int tag) {
        return command.intValue(tag).orElse(0);
    }

    private void request(int field, Dataset identifier, String destination) throws IOException {
        messageId = channel.nextMessageId();
        Dataset command = CommandSet.queryRequest(field, messageId, context.sopClass());
        if (destination != null) {
            command.put(Tag.MoveDestination, destination);
        }
        channel.send(context, command, identifier);
    }

    private Channel.Message response(int field, Channel.Message message) throws MalformedPdu {
        if (!message.responds(field, messageId)) {
            throw new MalformedPdu(MalformedPdu.UNEXPECTED_PDU, "the response belongs to another request");
        }
        return message;
    }

    private void cancel() throws IOException {
        cancelled = true;
        channel.send(context, CommandSet.cancelRequest(messageId));
    }
}

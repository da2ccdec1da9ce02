package io.walex.reactive.examples.destinations;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.FSDirectory;
import reactor.core.publisher.Mono;

/**
 * Keeps users in a Lucene index. The index is committed before the transaction is acknowledged, so what happened while
 * nobody ran comes at the next start; what comes again replaces itself. So does a row that a snapshot or backfill reads.
 */
public final class SearchIndex implements HandlerModule {

    private final IndexWriter index;

    public SearchIndex(IndexWriter index) {
        this.index = index;
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        on.onEvent("user", this::update);
    }

    /** Lucene blocks, which handlers may. */
    private Mono<Void> update(List<Event> users) {
        return Mono.fromCallable(() -> {
                    for (Event user : users) {
                        update(user);
                    }
                    return index.commit();
                })
                .then();
    }

    private void update(Event event) throws IOException {
        Row before = event.oldRecord();
        Row after = event.newRecord();
        switch (event.type()) {
            case TRUNCATE -> index.deleteAll();
            case DELETE -> index.deleteDocuments(id(Objects.requireNonNull(before)));
            case SNAPSHOT_COMPLETED -> {
                // Its rows have come.
            }
            default -> {
                if (before != null) {
                    // Its key may have changed.
                    index.deleteDocuments(id(before));
                }
                Row user = Objects.requireNonNull(after);
                index.updateDocument(id(user), document(user));
            }
        }
    }

    private static Term id(Row user) {
        return new Term("id", user.getText("id"));
    }

    private static Document document(Row user) {
        Document document = new Document();
        document.add(new StringField("id", user.getText("id"), Field.Store.YES));
        if (!user.isNull("name")) {
            document.add(new TextField("name", user.getText("name"), Field.Store.NO));
        }
        return document;
    }

    /** Arguments: PostgreSQL's URL, the index's directory. */
    public static void main(String[] arguments) throws IOException {
        try (FSDirectory directory = FSDirectory.open(Path.of(arguments[1]));
                IndexWriter index = new IndexWriter(directory, new IndexWriterConfig())) {
            Destination.run(arguments[0], "search", new SearchIndex(index)).block();
        }
    }
}

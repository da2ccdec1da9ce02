package io.walex.reactive.config;

import io.walex.reactive.codec.TypeRegistry;
import io.walex.reactive.error.CatalogTimeoutException;
import io.walex.reactive.error.InvalidConfigException;
import io.walex.reactive.event.TablePattern;
import io.walex.reactive.event.TwoPhase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.util.retry.Retry;

/**
 * What to stream, from where, and how. Immutable; {@link #mutate()} makes a changed copy.
 *
 * <p>The password stays in here: neither {@link #toString()} nor any error or log shows it.
 */
public final class WalExConfig {

    /** In bytes: PostgreSQL's {@code NAMEDATALEN} less the zero at the end. */
    private static final int LONGEST_NAME = 63;

    private final Builder settings;
    private final List<TablePattern> subscriptions;

    private WalExConfig(Builder settings) {
        this.settings = settings;
        this.subscriptions =
                settings.subscriptions.stream().map(WalExConfig::pattern).toList();
    }

    private static TablePattern pattern(String subscription) {
        try {
            return TablePattern.parse(subscription);
        } catch (IllegalArgumentException e) {
            throw new InvalidConfigException("Invalid subscription: " + e.getMessage(), e);
        }
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts from a URL, such as {@code postgresql://user:password@host:5432/database?sslmode=verify-full}.
     *
     * <p>The scheme is {@code postgres://} or {@code postgresql://}. The parameters are {@code sslmode}, {@code
     * sslrootcert}, {@code sslcert}, {@code sslkey}, {@code ssl=true}, {@code user}, {@code password}, {@code
     * application_name}, {@code connect_timeout} (seconds), {@code host}, {@code hostaddr}, {@code port} and {@code
     * dbname}. A parameter wins over what stands before it.
     *
     * <p>The URL is read as libpq reads it, with two limits: one host, and no Unix-domain socket. In a user name or
     * password, {@code @ / ? # %} and spaces are percent-encoded.
     *
     * @throws InvalidConfigException when it is malformed or has another parameter
     */
    public static Builder fromUrl(String url) {
        return ConnectionUrl.parse(Objects.requireNonNull(url, "url"));
    }

    /** Starts from this configuration. */
    public Builder mutate() {
        return settings.copy();
    }

    public String host() {
        return settings.host;
    }

    public int port() {
        return settings.port;
    }

    public String username() {
        return settings.username;
    }

    public String database() {
        return settings.database == null ? settings.username : settings.database;
    }

    public SslMode sslMode() {
        return settings.sslMode;
    }

    public @Nullable Path sslRootCert() {
        return settings.sslRootCert;
    }

    public @Nullable Path sslCert() {
        return settings.sslCert;
    }

    public @Nullable Path sslKey() {
        return settings.sslKey;
    }

    /** Null when files are used, or none. */
    public @Nullable Supplier<SslManagers> sslManagers() {
        return settings.sslManagers;
    }

    public Duration connectTimeout() {
        return settings.connectTimeout;
    }

    public String name() {
        return settings.name;
    }

    public List<String> publications() {
        return settings.publications;
    }

    /** The tables whose events are delivered, as they were given. */
    public List<String> subscriptions() {
        return settings.subscriptions;
    }

    public SlotSpec slot() {
        return settings.slot;
    }

    public Duration statusInterval() {
        return settings.statusInterval;
    }

    public Duration livenessTimeout() {
        return settings.livenessTimeout;
    }

    /** Zero when there are no heartbeats. */
    public Duration heartbeat() {
        return settings.heartbeat;
    }

    public PublicationSetup publicationSetup() {
        return settings.publicationSetup;
    }

    public int maxUnacknowledged() {
        return settings.maxUnacknowledged;
    }

    public boolean binary() {
        return settings.binary;
    }

    public Retry retry() {
        return settings.retry;
    }

    /** 0 when it follows from the server's version. */
    public int protocolVersion() {
        return settings.protocolVersion;
    }

    public Streaming streaming() {
        return settings.streaming;
    }

    public TwoPhase twoPhase() {
        return settings.twoPhase;
    }

    public boolean messages() {
        return settings.messages;
    }

    public OriginFilter origin() {
        return settings.origin;
    }

    public TypeRegistry types() {
        return settings.types;
    }

    public Path spillDirectory() {
        return settings.spillDirectory;
    }

    /** In bytes. */
    public long spillMemory() {
        return settings.spillMemory;
    }

    public @Nullable Middleware middleware() {
        return settings.middleware;
    }

    /** Null when nobody listens. */
    public @Nullable StreamListener listener() {
        return settings.listener;
    }

    /** Null when no table is wanted from the beginning. */
    public @Nullable SnapshotSpec snapshot() {
        return settings.snapshot;
    }

    /** Whether a password is configured. Nobody outside this package is told what it is. */
    public boolean hasPassword() {
        return settings.password != null;
    }

    ConnectionSettings connection() {
        return new ConnectionSettings(
                settings.host,
                settings.port,
                settings.username,
                settings.password,
                settings.sslMode,
                settings.sslRootCert,
                settings.sslCert,
                settings.sslKey,
                settings.sslManagers);
    }

    /** Whether the events of this table are delivered. */
    public boolean isSubscribed(String schema, String table) {
        return subscriptions.stream().anyMatch(pattern -> pattern.matches(schema, table));
    }

    public boolean isSubscribedToAll() {
        return subscriptions.stream().anyMatch(pattern -> pattern.schema() == null && pattern.table() == null);
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "WalExConfig[name=%s, server=%s:%d, username=%s, password=%s, database=%s, sslMode=%s, publications=%s, subscriptions=%s, slot=%s]"
                .formatted(
                        name(),
                        host(),
                        port(),
                        username(),
                        settings.password == null ? "none" : "***",
                        database(),
                        sslMode(),
                        publications(),
                        subscriptions(),
                        slot());
    }

    /** Collects settings; not thread-safe. Setters throw {@link InvalidConfigException} for values out of range. */
    public static final class Builder implements Cloneable {

        private String host = "localhost";
        private int port = 5432;
        private String username = "postgres";
        private @Nullable Supplier<? extends CharSequence> password;
        private @Nullable String database;
        private SslMode sslMode = SslMode.PREFER;
        private @Nullable Path sslRootCert;
        private @Nullable Path sslCert;
        private @Nullable Path sslKey;
        private @Nullable Supplier<SslManagers> sslManagers;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private String name = "WalEx";
        private List<String> publications = List.of();
        private List<String> subscriptions = List.of("*");
        private SlotSpec slot = SlotSpec.temporary();
        private Duration statusInterval = Duration.ofSeconds(1);
        private Duration livenessTimeout = Duration.ofSeconds(30);
        private Duration heartbeat = Duration.ZERO;
        private PublicationSetup publicationSetup = PublicationSetup.MUST_EXIST;
        private int maxUnacknowledged = 10_000;
        private boolean binary;
        private int protocolVersion;
        private Streaming streaming = Streaming.OFF;
        private TwoPhase twoPhase = TwoPhase.OFF;
        private boolean messages;
        private OriginFilter origin = OriginFilter.ANY;
        private TypeRegistry types = TypeRegistry.builtIn();
        private Path spillDirectory = Path.of(System.getProperty("java.io.tmpdir"));
        private long spillMemory = 8 << 20;
        private @Nullable Middleware middleware;
        private @Nullable SnapshotSpec snapshot;
        private @Nullable StreamListener listener;
        private Retry retry = Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(100))
                .maxBackoff(Duration.ofSeconds(10))
                .jitter(0.5)
                .transientErrors(true);

        Builder() {}

        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }

        /** The server's name or address; {@code localhost} by default. */
        public Builder host(String value) {
            host = notBlank("host", value);
            return this;
        }

        /** 5432 by default. */
        public Builder port(int value) {
            if (value < 1 || value > 65535) {
                throw new InvalidConfigException("port must be between 1 and 65535, was " + value, null);
            }
            port = value;
            return this;
        }

        /** A role with REPLICATION and the right to connect to the database; {@code postgres} by default. */
        public Builder username(String value) {
            username = notBlank("username", value);
            return this;
        }

        /** None by default. */
        public Builder password(CharSequence value) {
            Objects.requireNonNull(value, "password");
            return password(() -> value);
        }

        /**
         * Asked at every attempt to connect, so that a rotated password is used. It is called on a thread that may not
         * block. A login that is refused when reconnecting is tried five times more, at the times of {@link #retry}.
         */
        public Builder password(Supplier<? extends CharSequence> value) {
            password = Objects.requireNonNull(value, "password");
            return this;
        }

        /** The user name by default, as in libpq. */
        public Builder database(String value) {
            database = notBlank("database", value);
            return this;
        }

        /** {@link SslMode#PREFER} by default, as in libpq. */
        public Builder sslMode(SslMode value) {
            sslMode = Objects.requireNonNull(value, "sslMode");
            return this;
        }

        /** A PEM file of the authorities to trust; the JVM's own by default. */
        public Builder sslRootCert(Path value) {
            sslRootCert = Objects.requireNonNull(value, "sslRootCert");
            return this;
        }

        /** A PEM file of the client's certificate; none by default. */
        public Builder sslCert(Path value) {
            sslCert = Objects.requireNonNull(value, "sslCert");
            return this;
        }

        /** A PEM file (PKCS#8) of the client certificate's key; none by default. */
        public Builder sslKey(Path value) {
            sslKey = Objects.requireNonNull(value, "sslKey");
            return this;
        }

        /**
         * Key and trust managers, instead of {@link #sslRootCert}, {@link #sslCert} and {@link #sslKey}; none by default.
         *
         * <p>The supplier is asked at every attempt to connect, unless {@link #sslMode} is {@link SslMode#DISABLE}, so
         * that renewed certificates are used. It is called on a thread that may not block. A connection that is there
         * stays; one that is to be made anew at once takes {@code reconfigure(c -> c.sslManagers(...))}. If the supplier
         * throws, the stream ends with a {@link io.walex.reactive.error.TlsException}.
         */
        public Builder sslManagers(Supplier<SslManagers> value) {
            sslManagers = Objects.requireNonNull(value, "sslManagers");
            return this;
        }

        /** How long one attempt to connect may take, until the server has let us in; 10 s by default. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = positive("connectTimeout", value);
            return this;
        }

        /**
         * Names this stream in {@link io.walex.reactive.event.Source#name()}, in {@code pg_stat_replication}'s {@code
         * application_name}, in thread names and in logs; {@code WalEx} by default.
         */
        public Builder name(String value) {
            name = notBlank("name", value);
            return this;
        }

        /**
         * One or more publications, which must exist unless {@link #publicationSetup} says otherwise; required.
         *
         * @throws InvalidConfigException when a name is longer than 63 bytes: PostgreSQL would cut it when it makes the
         *     publication, and would not find it afterwards
         */
        public Builder publication(String... names) {
            for (String each : names) {
                notBlank("publication", each);
                int bytes = each.getBytes(StandardCharsets.UTF_8).length;
                if (bytes > LONGEST_NAME) {
                    throw new InvalidConfigException(
                            "publication \"%s\" has %d bytes in UTF-8; PostgreSQL's names have at most %d"
                                    .formatted(each, bytes, LONGEST_NAME),
                            null);
                }
            }
            publications = List.copyOf(Arrays.asList(names));
            return this;
        }

        /**
         * The tables whose events are delivered, of those that are published; {@code "*"}, all of them, by default.
         * Rows of other tables are skipped before anything of them is copied or decoded.
         *
         * <p>Examples: {@code "todo"} (in any schema), {@code "sales.order"}, {@code "sales.*"}. A name with a dot
         * stands in double quotes, as in SQL: {@code "\"my.schema\".order"}; see {@link TablePattern}.
         */
        public Builder subscribe(String... tables) {
            return subscribe(Arrays.asList(tables));
        }

        /** The same as {@link #subscribe(String...)}. */
        public Builder subscribe(List<String> tables) {
            if (tables.isEmpty()) {
                throw new InvalidConfigException("subscribe needs at least one table; \"*\" means all", null);
            }
            tables.forEach(WalExConfig::pattern);
            subscriptions = List.copyOf(tables);
            return this;
        }

        /** Adds tables to those that are subscribed to; the ones that are there already stay once. */
        public Builder addSubscriptions(String... tables) {
            Map<TablePattern, String> all = new LinkedHashMap<>();
            subscriptions.forEach(table -> all.putIfAbsent(pattern(table), table));
            List.of(tables).forEach(table -> all.putIfAbsent(pattern(table), table));
            return subscribe(List.copyOf(all.values()));
        }

        /**
         * Takes tables out of those that are subscribed to, by the name they were subscribed with, with or without
         * quotes.
         *
         * @throws InvalidConfigException when one is not among them, or none would be left
         */
        public Builder removeSubscriptions(String... tables) {
            List<String> rest = new ArrayList<>(subscriptions);
            for (String table : tables) {
                TablePattern removed = pattern(table);
                if (!rest.removeIf(each -> pattern(each).equals(removed))) {
                    throw new InvalidConfigException(
                            "\"%s\" is not among the subscriptions %s".formatted(table, subscriptions), null);
                }
            }
            return subscribe(rest);
        }

        /** {@link SlotSpec#temporary()} by default. */
        public Builder slot(SlotSpec value) {
            slot = Objects.requireNonNull(value, "slot");
            return this;
        }

        /**
         * How often the server hears what was acknowledged, whether there is demand or not; 1 s by default. It is
         * shortened to a quarter of the server's {@code wal_sender_timeout} when it is longer than that.
         */
        public Builder statusInterval(Duration value) {
            statusInterval = positive("statusInterval", value);
            return this;
        }

        /**
         * How long the server may be silent, although it was asked for a reply; 30 s by default. Silence does not count
         * while changes wait for demand, since the server can send nothing past them.
         *
         * <p>After that time the server is asked, on another connection, whether it is at work on a transaction of
         * which it sends nothing:
         *
         * <ul>
         *   <li>If it is at work, it is waited for, and asked again after this time.
         *   <li>If it is not at work, the connection counts as lost.
         *   <li>If it gives no answer within {@link #connectTimeout} and this time again, the connection counts as
         *       lost.
         *   <li>If it has no connection left to ask on, it is waited for.
         * </ul>
         *
         * <p>Example: by default, a connection whose packets vanish is given up after 30 s of silence and at most 40 s
         * of asking.
         *
         * <p>The server may work for three quarters of this time on a query of its catalog, such as those of a start.
         * It stops a query that takes longer. What needed the query then fails with {@link CatalogTimeoutException}.
         */
        public Builder livenessTimeout(Duration value) {
            livenessTimeout = positive("livenessTimeout", value);
            return this;
        }

        /**
         * How often a logical message ({@code pg_logical_emit_message}, prefix {@code walex.heartbeat}) is written to
         * the database while the stream runs; never by default. Each beat takes a connection. A beat that fails is
         * logged once, and tried again at the next.
         *
         * <p>A slot advances on a quiet database without it, by the server's keepalives. It is for set-ups that watch
         * for WAL of the database itself.
         */
        public Builder heartbeat(Duration interval) {
            heartbeat = positive("heartbeat", interval);
            return this;
        }

        /**
         * Whether the publication is made or altered when a stream starts; {@link PublicationSetup#MUST_EXIST} by
         * default.
         */
        public Builder publicationSetup(PublicationSetup value) {
            publicationSetup = Objects.requireNonNull(value, "publicationSetup");
            return this;
        }

        /**
         * How many transactions of {@link io.walex.reactive.WalEx#transactions()} may be unacknowledged before the
         * stream pauses; 10,000 by default.
         */
        public Builder maxUnacknowledged(int value) {
            if (value < 1) {
                throw new InvalidConfigException("maxUnacknowledged must be at least 1, was " + value, null);
            }
            maxUnacknowledged = value;
            return this;
        }

        /**
         * Whether values travel in PostgreSQL's binary form; false by default. The values are equal to those of text
         * form, except:
         *
         * <ul>
         *   <li>those of types that are not known;
         *   <li>those of {@code regclass} and its like, of which the binary form has only the number.
         * </ul>
         *
         * <p>{@link io.walex.reactive.event.Row#getText} gives Java's text of a value, and PostgreSQL's in text form.
         * Example: {@code true}, and {@code t}.
         */
        public Builder binary(boolean value) {
            binary = value;
            return this;
        }

        /**
         * The version of the logical replication protocol, 1 to 4. By default the newest that the server knows: 2 from
         * PostgreSQL 14, 3 from 15, 4 from 16.
         */
        public Builder protocolVersion(int value) {
            if (value < 1 || value > 4) {
                throw new InvalidConfigException("protocolVersion must be between 1 and 4, was " + value, null);
            }
            protocolVersion = value;
            return this;
        }

        /** Whether large transactions are sent while they run; {@link Streaming#OFF} by default. */
        public Builder streaming(Streaming value) {
            streaming = Objects.requireNonNull(value, "streaming");
            return this;
        }

        /**
         * When prepared transactions are delivered; {@link TwoPhase#OFF} by default. The other choices take PostgreSQL
         * 15 or newer, and a slot with two-phase decoding. A slot that is made here has it; a durable slot that exists
         * must have been made with it.
         */
        public Builder twoPhase(TwoPhase value) {
            twoPhase = Objects.requireNonNull(value, "twoPhase");
            return this;
        }

        /** Whether logical messages ({@code pg_logical_emit_message}) are delivered as events; false by default. */
        public Builder messages(boolean value) {
            messages = value;
            return this;
        }

        /** {@link OriginFilter#ANY} by default; {@link OriginFilter#NONE} takes PostgreSQL 16 or newer. */
        public Builder origin(OriginFilter value) {
            origin = Objects.requireNonNull(value, "origin");
            return this;
        }

        /**
         * How columns are decoded: PostgreSQL's types with your own codecs. The database's own types (enums, domains,
         * composites, extensions) are added from its catalog when a stream connects.
         */
        public Builder types(TypeRegistry value) {
            types = Objects.requireNonNull(value, "types");
            return this;
        }

        /**
         * Where transactions are kept that are received before they commit and outgrow {@link #spillMemory}; the
         * system's directory for temporary files by default. Files are removed on every exit. Such transactions come
         * with {@link #streaming} and {@link #twoPhase}.
         */
        public Builder spillDirectory(Path value) {
            spillDirectory = Objects.requireNonNull(value, "spillDirectory");
            return this;
        }

        /** How many bytes of transactions that are not committed yet each stream keeps in memory; 8 MiB by default. */
        public Builder spillMemory(long bytes) {
            if (bytes < 0) {
                throw new InvalidConfigException("spillMemory must not be negative, was " + bytes, null);
            }
            spillMemory = bytes;
            return this;
        }

        /**
         * What stands between the replication stream and its subscribers, such as a durable spool; nothing by default.
         */
        public Builder middleware(Middleware value) {
            middleware = Objects.requireNonNull(value, "middleware");
            return this;
        }

        /**
         * Which tables are wanted from the beginning; none by default. Their rows come between the live changes, read on
         * ordinary connections, which takes the right to SELECT from them.
         */
        public Builder snapshot(SnapshotSpec value) {
            snapshot = Objects.requireNonNull(value, "snapshot");
            return this;
        }

        /** Is told what streams do, in counts for meters; nobody by default. */
        public Builder listener(StreamListener value) {
            listener = Objects.requireNonNull(value, "listener");
            return this;
        }

        /**
         * When to connect again after the connection was lost. By default for ever: after 100 ms, doubling up to 10 s,
         * with jitter. It is asked only about failures that another attempt can mend, never about wrong configuration.
         * Before the subscription has streamed or stood by once, attempts end after 30 s, whatever this says.
         */
        public Builder retry(Retry value) {
            retry = Objects.requireNonNull(value, "retry");
            return this;
        }

        /**
         * Checks and makes the configuration.
         *
         * @throws InvalidConfigException when something required is missing or settings contradict each other
         */
        public WalExConfig build() {
            if (publications.isEmpty()) {
                throw new InvalidConfigException(
                        "A publication is required; create one with CREATE PUBLICATION and name it with publication(...)",
                        null);
            }
            if (publicationSetup != PublicationSetup.MUST_EXIST && publications.size() > 1) {
                throw new InvalidConfigException(
                        "publicationSetup %s takes one publication, not %s".formatted(publicationSetup, publications),
                        null);
            }
            if ((sslCert == null) != (sslKey == null)) {
                throw new InvalidConfigException("sslCert and sslKey go together; only one of them is set", null);
            }
            if (sslManagers != null && (sslRootCert != null || sslCert != null || sslKey != null)) {
                throw new InvalidConfigException(
                        "sslManagers takes the place of sslRootCert, sslCert and sslKey; set it or the files, not both",
                        null);
            }
            if (livenessTimeout.compareTo(statusInterval) <= 0) {
                throw new InvalidConfigException(
                        "livenessTimeout (%s) must be longer than statusInterval (%s)"
                                .formatted(livenessTimeout, statusInterval),
                        null);
            }
            requireFitSnapshot();
            return new WalExConfig(copy());
        }

        private void requireFitSnapshot() {
            SnapshotSpec wanted = snapshot;
            if (wanted == null) {
                return;
            }
            SnapshotStore store = wanted.store();
            if (slot.survivesConnection() && (store == null || !store.isDurable())) {
                throw new InvalidConfigException(
                        "snapshot of %s with %s needs a store that outlives the process, or it would be read again at each start: snapshot(SnapshotSpec.initial(...).store(SnapshotStores.directory(path)))"
                                .formatted(wanted.tables(), slot),
                        null);
            }
            if (twoPhase == TwoPhase.AT_PREPARE) {
                throw new InvalidConfigException(
                        "snapshot of %s cannot go with twoPhase(AT_PREPARE), which delivers changes long before a query can see them; use twoPhase(AT_COMMIT)"
                                .formatted(wanted.tables()),
                        null);
            }
        }

        private static String notBlank(String setting, String value) {
            if (value.isBlank()) {
                throw new InvalidConfigException(setting + " must not be blank", null);
            }
            return value;
        }

        private static Duration positive(String setting, Duration value) {
            if (value.isZero() || value.isNegative()) {
                throw new InvalidConfigException(setting + " must be positive, was " + value, null);
            }
            return value;
        }
    }
}

package io.walex.reactive.testsupport;

record ServerDatabase(PostgresServer server, String name) implements TestDatabase {}

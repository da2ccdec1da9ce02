/** A durable spool on disk between the replication stream and its subscribers. Needs {@code org.rocksdb:rocksdbjni}. */
@NullMarked
package io.walex.reactive.spool;

import org.jspecify.annotations.NullMarked;

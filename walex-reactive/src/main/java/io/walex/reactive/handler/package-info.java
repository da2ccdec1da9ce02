/** WalEx's handlers: what to do with the events of each table, and with their failures. */
@NullMarked
package io.walex.reactive.handler;

import org.jspecify.annotations.NullMarked;

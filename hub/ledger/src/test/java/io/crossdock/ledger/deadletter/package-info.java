@NullMarked
package io.crossdock.ledger.deadletter;

import org.jspecify.annotations.NullMarked;

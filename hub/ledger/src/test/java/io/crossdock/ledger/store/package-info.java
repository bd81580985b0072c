@NullMarked
package io.crossdock.ledger.store;

import org.jspecify.annotations.NullMarked;

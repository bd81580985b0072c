@NullMarked
package io.crossdock.ledger.offline;

import org.jspecify.annotations.NullMarked;

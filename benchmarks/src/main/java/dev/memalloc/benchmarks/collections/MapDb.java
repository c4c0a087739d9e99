package dev.memalloc.benchmarks.collections;

import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;
import org.mapdb.StoreDirect;

/** MapDB's hash map, in a database in direct buffers. */
final class MapDb extends NativeMap {
    private final HTreeMap<String, String> map;

    MapDb() {
        this(DBMaker.memoryDirectDB().make());
    }

    private MapDb(DB database) {
        this(database, database.hashMap("benchmark", Serializer.STRING, Serializer.STRING).create());
    }

    private MapDb(DB database, HTreeMap<String, String> map) {
        super(map, ((StoreDirect) database.getStore())::getTotalSize, database::close);
        this.map = map;
    }

    @Override
    public long size() {
        return map.sizeLong();
    }
}

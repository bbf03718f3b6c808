package report

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// walker calls functions for the strings of values. It knows the text fields of the types that it met: a report has tens of
// thousands of values of a few types.
type walker map[reflect.Type][]textField

// strings calls fn for every string that v holds, with the clear tag of its field, and stores what fn returns. Map
// keys that become equal are told apart by a number.
func (w walker) strings(v reflect.Value, tag string, fn func(s, tag string) string) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); s != "" {
			if t := fn(s, tag); t != s {
				v.SetString(t)
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.strings(v.Elem(), tag, fn)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			w.strings(v.Index(i), tag, fn)
		}
	case reflect.Map:
		w.textMap(v, tag, fn)
	case reflect.Struct:
		for _, f := range w.textFields(v.Type()) {
			own := f.tag
			if own == "" {
				own = tag
			}
			w.strings(v.Field(f.index), own, fn)
		}
	}
}

// textField is an exported field that can hold strings.
type textField struct {
	index int
	tag   string // clear
}

// textFields returns the text fields of a struct.
func (w walker) textFields(t reflect.Type) []textField {
	if known, ok := w[t]; ok {
		return known
	}
	fields := []textField{}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && textual(f.Type) {
			fields = append(fields, textField{i, f.Tag.Get("clear")})
		}
	}
	w[t] = fields
	return fields
}

// textual tells whether a value of a type can hold a string, as far as its kind and those that it is made of tell.
func textual(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return textual(t.Elem())
	case reflect.String, reflect.Interface, reflect.Map, reflect.Struct:
		return true
	}
	return false
}

func (w walker) textMap(v reflect.Value, tag string, fn func(s, tag string) string) {
	if v.Len() == 0 {
		return
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	out := reflect.MakeMapWithSize(v.Type(), len(keys))
	for _, k := range keys {
		item := reflect.New(v.Type().Elem()).Elem()
		item.Set(v.MapIndex(k))
		w.strings(item, tag, fn)
		key := reflect.New(v.Type().Key()).Elem()
		key.Set(k)
		w.strings(key, tag, fn)
		if name := key.String(); key.Kind() == reflect.String {
			for n := 2; out.MapIndex(key).IsValid(); n++ {
				key.SetString(name + "#" + strconv.Itoa(n))
			}
		}
		out.SetMapIndex(key, item)
	}
	v.Set(out)
}

// walkReport calls fn for every string of r, as walker.strings does.
func walkReport(r *Report, fn func(s, tag string) string) {
	make(walker).strings(reflect.ValueOf(r).Elem(), "", fn)
}

// walkAll does the same for what each of all points to.
func walkAll(all []any, fn func(s, tag string) string) {
	for _, a := range all {
		make(walker).strings(reflect.ValueOf(a), "", fn)
	}
}

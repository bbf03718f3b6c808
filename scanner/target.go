package scanner

import "dregs/scanner/source"

// ParseTarget reads a target as a user names it: SCHEME:REST, or a name whose scheme is detected by what it is. Its error
// says why no scheme fits; it makes no request to a registry or an engine.
func ParseTarget(spec string) (Target, error) {
	scheme, rest, err := source.Detect(spec)
	if err != nil {
		return Target{}, err
	}
	return Target{Scheme: scheme, Rest: rest, Name: spec}, nil
}
